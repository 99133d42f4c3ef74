// Dynamic resource allocation, resource.k8s.io/v1, as far as scheduling looks at it (scheduling.md
// section 26): what pods ask for, classes of devices, and what devices drivers publish.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/meta.h"
#include "model/pod.h"
#include "model/scalars.h"

namespace model {

struct CELDeviceSelector {
  std::string expression;
};
DESCRIBED(CELDeviceSelector);

struct DeviceSelector {
  std::optional<CELDeviceSelector> cel;
};
DESCRIBED(DeviceSelector);

struct DeviceToleration {
  std::string key;
  std::string operator_;
  std::string value;
  std::string effect;
  std::optional<std::int64_t> tolerationSeconds;
};
DESCRIBED(DeviceToleration);

struct CapacityRequirements {
  ResourceList requests;
};
DESCRIBED(CapacityRequirements);

// `exactly` of a request.
struct ExactDeviceRequest {
  std::string deviceClassName;
  std::vector<DeviceSelector> selectors;
  std::string allocationMode;  // ExactCount (default), All
  std::int64_t count = 0;
  std::optional<bool> adminAccess;
  std::vector<DeviceToleration> tolerations;
  std::optional<CapacityRequirements> capacity;
};
DESCRIBED(ExactDeviceRequest);

// One alternative of `firstAvailable`.
struct DeviceSubRequest {
  std::string name;
  std::string deviceClassName;
  std::vector<DeviceSelector> selectors;
  std::string allocationMode;
  std::int64_t count = 0;
  std::vector<DeviceToleration> tolerations;
  std::optional<CapacityRequirements> capacity;
};
DESCRIBED(DeviceSubRequest);

struct DeviceRequest {
  std::string name;
  std::optional<ExactDeviceRequest> exactly;
  std::vector<DeviceSubRequest> firstAvailable;
};
DESCRIBED(DeviceRequest);

struct DeviceConstraint {
  std::vector<std::string> requests;
  std::optional<std::string> matchAttribute;
  std::optional<std::string> distinctAttribute;
};
DESCRIBED(DeviceConstraint);

struct DeviceClaim {
  std::vector<DeviceRequest> requests;
  std::vector<DeviceConstraint> constraints;
};
DESCRIBED(DeviceClaim);

struct ResourceClaimSpec {
  DeviceClaim devices;
};
DESCRIBED(ResourceClaimSpec);

struct DeviceRequestAllocationResult {
  std::string request;  // "request" or "request/alternative"
  std::string driver;
  std::string pool;
  std::string device;
  std::optional<bool> adminAccess;
  std::optional<std::string> shareID;
  ResourceList consumedCapacity;
};
DESCRIBED(DeviceRequestAllocationResult);

struct DeviceAllocationResult {
  std::vector<DeviceRequestAllocationResult> results;
};
DESCRIBED(DeviceAllocationResult);

struct AllocationResult {
  DeviceAllocationResult devices;
  std::optional<NodeSelector> nodeSelector;
};
DESCRIBED(AllocationResult);

struct ResourceClaimConsumerReference {
  std::string apiGroup;
  std::string resource;  // "pods"
  std::string name;
  std::string uid;
};
DESCRIBED(ResourceClaimConsumerReference);

struct ResourceClaimStatus {
  std::optional<AllocationResult> allocation;
  std::vector<ResourceClaimConsumerReference> reservedFor;
};
DESCRIBED(ResourceClaimStatus);

struct ResourceClaim {
  ObjectMeta metadata;
  ResourceClaimSpec spec;
  ResourceClaimStatus status;
};
DESCRIBED(ResourceClaim);

struct ResourceClaimTemplateSpec {
  ObjectMeta metadata;
  ResourceClaimSpec spec;
};
DESCRIBED(ResourceClaimTemplateSpec);

struct ResourceClaimTemplate {
  ObjectMeta metadata;
  ResourceClaimTemplateSpec spec;
};
DESCRIBED(ResourceClaimTemplate);

struct DeviceClassSpec {
  std::vector<DeviceSelector> selectors;
  std::optional<std::string> extendedResourceName;
};
DESCRIBED(DeviceClassSpec);

struct DeviceClass {
  ObjectMeta metadata;
  DeviceClassSpec spec;
};
DESCRIBED(DeviceClass);

struct ResourcePool {
  std::string name;
  std::int64_t generation = 0;
  std::int64_t resourceSliceCount = 0;
};
DESCRIBED(ResourcePool);

// One of the four is set.
struct DeviceAttribute {
  std::optional<std::int64_t> int_;
  std::optional<bool> bool_;
  std::optional<std::string> string;
  std::optional<std::string> version;
};
DESCRIBED(DeviceAttribute);

struct CapacityRequestPolicyRange {
  std::optional<base::Quantity> min;
  std::optional<base::Quantity> max;
  std::optional<base::Quantity> step;
};
DESCRIBED(CapacityRequestPolicyRange);

struct CapacityRequestPolicy {
  std::optional<base::Quantity> default_;
  std::vector<base::Quantity> validValues;
  std::optional<CapacityRequestPolicyRange> validRange;
};
DESCRIBED(CapacityRequestPolicy);

struct DeviceCapacity {
  base::Quantity value;
  std::optional<CapacityRequestPolicy> requestPolicy;
};
DESCRIBED(DeviceCapacity);

struct Counter {
  base::Quantity value;
};
DESCRIBED(Counter);

struct DeviceCounterConsumption {
  std::string counterSet;
  base::Map<Counter> counters;
};
DESCRIBED(DeviceCounterConsumption);

struct DeviceTaint {
  std::string key;
  std::string value;
  std::string effect;
  std::optional<base::Time> timeAdded;
};
DESCRIBED(DeviceTaint);

struct Device {
  std::string name;
  base::Map<DeviceAttribute> attributes;
  base::Map<DeviceCapacity> capacity;
  std::vector<DeviceCounterConsumption> consumesCounters;
  std::optional<std::string> nodeName;
  std::optional<NodeSelector> nodeSelector;
  std::optional<bool> allNodes;
  std::vector<DeviceTaint> taints;
  std::optional<bool> allowMultipleAllocations;
};
DESCRIBED(Device);

struct CounterSet {
  std::string name;
  base::Map<Counter> counters;
};
DESCRIBED(CounterSet);

struct ResourceSliceSpec {
  std::string driver;
  ResourcePool pool;
  std::optional<std::string> nodeName;
  std::optional<NodeSelector> nodeSelector;
  std::optional<bool> allNodes;
  std::vector<Device> devices;
  std::optional<bool> perDeviceNodeSelection;
  std::vector<CounterSet> sharedCounters;
};
DESCRIBED(ResourceSliceSpec);

struct ResourceSlice {
  ObjectMeta metadata;
  ResourceSliceSpec spec;
};
DESCRIBED(ResourceSlice);

}  // namespace model
