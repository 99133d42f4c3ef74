// Watches: one line of JSON for each change of what the client selected.
//
// Without a resource version, or with 0, what is there comes first. With sendInitialEvents (kubectl
// from 1.34) a bookmark marks where that ends; with allowWatchBookmarks further ones tell how far
// the store has come while nothing of the selection changed. An object that leaves the selection is
// told as deleted, one that enters it as added.
#pragma once

#include <functional>

#include "apiserver/call.h"
#include "apiserver/negotiation.h"
#include "base/time.h"
#include "net/server.h"
#include "sim/store.h"

namespace apiserver {

// A resource version that is too old is told within the stream, as kube-apiserver does.
// Requires: the store outlives the stream.
net::Reply watch(sim::Store& store, std::function<base::Time()> now, const Call& call, Form form);

}  // namespace apiserver
