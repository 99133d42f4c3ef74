#include "engine/claims.h"

#include <utility>

namespace engine {

std::size_t Claims::open(Claim claim, const Summary& summary) {
  std::size_t number = claims_.size();
  tree_.insert(static_cast<BinTree::BinId>(number), {claim.pods.size(), ++last_stamp_}, summary);
  claims_.push_back(std::move(claim));
  return number;
}

void Claims::received(std::size_t claim, const Summary& summary) {
  auto bin = static_cast<BinTree::BinId>(claim);
  tree_.erase(bin);
  tree_.insert(bin, {claims_[claim].pods.size(), --first_stamp_}, summary);
}

}  // namespace engine
