#include "model/resource_claim.h"

namespace model {
namespace {

constexpr std::string_view kConfigNotKept[] = {"config"};
constexpr std::string_view kResultNotKept[] = {"bindingConditions", "bindingFailureConditions",
                                               "tolerations"};
constexpr std::string_view kAllocationNotKept[] = {"allocationTimestamp"};
constexpr std::string_view kStatusNotKept[] = {"devices"};
constexpr std::string_view kDeviceNotKept[] = {"bindingConditions", "bindingFailureConditions",
                                               "bindsToNode"};

}  // namespace

FIELDS_WITH(CELDeviceSelector, .always({"expression"}), expression);
FIELDS(DeviceSelector, cel);
FIELDS(DeviceToleration, key, operator_, value, effect, tolerationSeconds);
FIELDS(CapacityRequirements, requests);
FIELDS_WITH(ExactDeviceRequest, .always({"deviceClassName"}), deviceClassName, selectors,
            allocationMode, count, adminAccess, tolerations, capacity);
FIELDS_WITH(DeviceSubRequest, .always({"name", "deviceClassName"}), name, deviceClassName,
            selectors, allocationMode, count, tolerations, capacity);
FIELDS_WITH(DeviceRequest, .always({"name"}), name, exactly, firstAvailable);
FIELDS(DeviceConstraint, requests, matchAttribute, distinctAttribute);
FIELDS_WITH(DeviceClaim, .not_keeping(kConfigNotKept), requests, constraints);
FIELDS(ResourceClaimSpec, devices);

FIELDS_WITH(DeviceRequestAllocationResult,
            .always({"request", "driver", "pool", "device"}).not_keeping(kResultNotKept), request,
            driver, pool, device, adminAccess, shareID, consumedCapacity);
FIELDS_WITH(DeviceAllocationResult, .not_keeping(kConfigNotKept), results);
FIELDS_WITH(AllocationResult, .not_keeping(kAllocationNotKept), devices, nodeSelector);
FIELDS_WITH(ResourceClaimConsumerReference, .always({"resource", "name", "uid"}), apiGroup,
            resource, name, uid);
FIELDS_WITH(ResourceClaimStatus, .not_keeping(kStatusNotKept), allocation, reservedFor);
FIELDS_WITH(ResourceClaim, .always({"spec"}), metadata, spec, status);

FIELDS_WITH(ResourceClaimTemplateSpec, .always({"spec"}), metadata, spec);
FIELDS_WITH(ResourceClaimTemplate, .always({"spec"}), metadata, spec);

FIELDS_WITH(DeviceClassSpec, .not_keeping(kConfigNotKept), selectors, extendedResourceName);
FIELDS_WITH(DeviceClass, .always({"spec"}), metadata, spec);

FIELDS_WITH(ResourcePool, .always({"name", "generation", "resourceSliceCount"}), name, generation,
            resourceSliceCount);
FIELDS(DeviceAttribute, int_, bool_, string, version);
FIELDS(CapacityRequestPolicyRange, min, max, step);
FIELDS(CapacityRequestPolicy, default_, validValues, validRange);
FIELDS_WITH(DeviceCapacity, .always({"value"}), value, requestPolicy);
FIELDS_WITH(Counter, .always({"value"}), value);
FIELDS_WITH(DeviceCounterConsumption, .always({"counterSet", "counters"}), counterSet, counters);
FIELDS_WITH(DeviceTaint, .always({"key", "effect"}), key, value, effect, timeAdded);
FIELDS_WITH(Device, .always({"name"}).not_keeping(kDeviceNotKept), name, attributes, capacity,
            consumesCounters, nodeName, nodeSelector, allNodes, taints, allowMultipleAllocations);
FIELDS_WITH(CounterSet, .always({"name", "counters"}), name, counters);
FIELDS_WITH(ResourceSliceSpec, .always({"driver", "pool"}), driver, pool, nodeName, nodeSelector,
            allNodes, devices, perDeviceNodeSelection, sharedCounters);
FIELDS_WITH(ResourceSlice, .always({"spec"}), metadata, spec);

}  // namespace model
