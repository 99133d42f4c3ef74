#include "engine/claims.h"

#include <utility>

namespace engine {

void Claims::open(Claim claim) {
  Key key = {claim.pods.size(), ++last_stamp_, claims_.size()};
  claims_.push_back(std::move(claim));
  key_of_.push_back(key);
  order_.insert(key);
}

void Claims::received(std::size_t claim) {
  Key& key = key_of_[claim];
  order_.erase(key);
  key = {claims_[claim].pods.size(), --first_stamp_, claim};
  order_.insert(key);
}

}  // namespace engine
