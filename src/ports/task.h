// What an operation that takes time returns: a coroutine on the one event loop. Controllers never
// see Asio's timers, sockets or threads; they only co_await these.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace ports {

template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace ports
