// One kind, kept in step with the API server: listed in pages, then watched, for as long as the process
// lives. Whatever breaks in between (the connection, the server, its history) is healed here; the sink hears
// of changes only.
//
// A list that follows a broken watch is compared with what was known: what is missing in it is reported as
// removed. A watch that stays silent for longer than the server's bookmarks allow is dropped and begun
// again, since a connection can die without a word. An object that cannot be read is counted, named once and
// passed over; what was known of it stays.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "kube/api_client.h"
#include "model/kinds.h"
#include "ports/kube.h"

namespace kube {

struct ReflectorOptions {
  std::int64_t page_size = 500;
  base::Duration silence = std::chrono::minutes(3);  // bookmarks come about once a minute
  base::Duration first_wait = std::chrono::milliseconds(800);
  base::Duration longest_wait = std::chrono::seconds(30);
  // A watch ends by itself after this to twice this, so that not all of them end together.
  std::chrono::seconds watch_time{300};
  std::string field_selector;
  std::string namespace_;  // empty: all
};

// What happens that a person may want to know.
struct Incident {
  enum class Kind { list_failed, watch_failed, unreadable_object };
  Kind kind;
  std::string text;
};

class Reflector {
 public:
  Reflector(ApiClient& client, ports::Clock& clock, base::Random random, model::Kind kind,
            ReflectorOptions options, std::function<void(const Incident&)> report);
  ~Reflector();  // drops run()
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // A sink that comes later hears first of what is known, and `synced` if the others heard it.
  void add_sink(std::function<void(ports::Change)> sink);

  // Runs for ever. Requires: this outlives the event loop's last step.
  ports::Task<> run();

  std::size_t unreadable() const { return unreadable_.size(); }

 private:
  struct Watching;

  std::string path() const;
  ports::Task<base::Result<void>> list();
  ports::Task<base::Result<void>> watch();
  void guard(const std::shared_ptr<Watching>& watching);
  ports::Task<base::Result<base::Json>> get_page(const std::string& continue_token);
  base::Result<void> take_line(std::string_view line);
  void tell(const ports::Change& change);
  void put(const base::Json& value);
  void remove(const base::Json& value);
  ports::Task<> back_off();

  ApiClient& client_;
  ports::Clock& clock_;
  base::Random random_;
  model::Kind kind_;
  ReflectorOptions options_;
  std::vector<std::function<void(ports::Change)>> sinks_;
  std::function<void(const Incident&)> report_;
  // The last state of every object, by namespace and name; null where it could not be read.
  std::map<std::string, model::Object> known_;
  std::set<std::string> unreadable_;
  std::weak_ptr<Watching> watching_;
  std::string version_;
  bool is_synced_ = false;
  base::Duration wait_{};
};

}  // namespace kube
