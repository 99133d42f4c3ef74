#include "apiserver/protobuf.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <memory>
#include <vector>

#include "apiserver/objects.pb.h"
#include "base/base64.h"
#include "base/time.h"

namespace apiserver {
namespace {

using base::Json;
using boost::json::array;
using boost::json::object;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kMagic{"k8s\0", 4};

Json time_value(const wire::Time& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return nullptr;
  base::Time value(std::chrono::seconds(time.seconds()));
  return Json(boost::json::string(base::print_time(value)));
}

Json int_or_string(const wire::IntOrString& value) {
  if (value.type() == 0) return Json(value.intval());
  return Json(boost::json::string(value.strval()));
}

// Turns messages into JSON by their descriptors, and notes the first field that it does not know.
class Reader {
 public:
  Json read(const Message& message, const std::string& path);
  const std::string& unknown() const { return unknown_; }

 private:
  Json read_field(const Message& message, const FieldDescriptor& field, const std::string& path);
  Json read_map(const Message& message, const FieldDescriptor& field, const std::string& path);
  Json read_one(const Message& message, const FieldDescriptor& field, int index,
                const std::string& path);

  std::string unknown_;
};

Json Reader::read(const Message& message, const std::string& path) {
  const Reflection& reflection = *message.GetReflection();
  const auto& unread = reflection.GetUnknownFields(message);
  if (!unread.empty() && unknown_.empty()) {
    unknown_ = fmt::format("field {} of {}", unread.field(0).number(), path);
  }
  if (const auto* time = dynamic_cast<const wire::Time*>(&message)) return time_value(*time);
  if (const auto* either = dynamic_cast<const wire::IntOrString*>(&message)) {
    return int_or_string(*either);
  }
  if (const auto* quantity = dynamic_cast<const wire::Quantity*>(&message)) {
    return Json(boost::json::string(quantity->string()));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  object result;
  for (const FieldDescriptor* field : fields) {
    result[field->name()] = read_field(message, *field, fmt::format("{}.{}", path, field->name()));
  }
  return result;
}

Json Reader::read_field(const Message& message, const FieldDescriptor& field,
                        const std::string& path) {
  if (field.is_map()) return read_map(message, field, path);
  if (!field.is_repeated()) return read_one(message, field, -1, path);
  array elements;
  for (int index = 0; index < message.GetReflection()->FieldSize(message, &field); ++index) {
    elements.push_back(read_one(message, field, index, path));
  }
  return elements;
}

Json Reader::read_map(const Message& message, const FieldDescriptor& field,
                      const std::string& path) {
  const FieldDescriptor& key = *field.message_type()->map_key();
  const FieldDescriptor& value = *field.message_type()->map_value();
  object entries;
  for (int index = 0; index < message.GetReflection()->FieldSize(message, &field); ++index) {
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, &field, index);
    std::string name = entry.GetReflection()->GetString(entry, &key);
    entries[name] = read_one(entry, value, -1, fmt::format("{}.{}", path, name));
  }
  return entries;
}

// An element of a repeated field, or the field itself if index is -1.
Json Reader::read_one(const Message& message, const FieldDescriptor& field, int index,
                      const std::string& path) {
  const Reflection& reflection = *message.GetReflection();
  bool is_element = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return read(is_element ? reflection.GetRepeatedMessage(message, &field, index)
                             : reflection.GetMessage(message, &field),
                  path);
    case FieldDescriptor::CPPTYPE_BOOL: return Json(reflection.GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_INT32: return Json(reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64: return Json(reflection.GetInt64(message, &field));
    default: break;
  }
  std::string bytes = is_element ? reflection.GetRepeatedString(message, &field, index)
                                 : reflection.GetString(message, &field);
  if (field.type() == FieldDescriptor::TYPE_BYTES) bytes = base::base64(bytes);
  return Json(boost::json::string(bytes));
}

template <class T>
std::unique_ptr<Message> make() {
  return std::make_unique<T>();
}

struct Row {
  std::string_view api_version;  // any if empty
  std::string_view kind;
  std::unique_ptr<Message> (*make)();
};

constexpr Row kRows[] = {
    {"apps/v1", "Deployment", make<wire::Deployment>},
    {"batch/v1", "Job", make<wire::Job>},
    {"v1", "Namespace", make<wire::Namespace>},
    {"policy/v1", "PodDisruptionBudget", make<wire::PodDisruptionBudget>},
    {"v1", "ConfigMap", make<wire::ConfigMap>},
    {"v1", "Secret", make<wire::Secret>},
    {"v1", "ServiceAccount", make<wire::ServiceAccount>},
    {"v1", "Service", make<wire::Service>},
    {"scheduling.k8s.io/v1", "PriorityClass", make<wire::PriorityClass>},
    {"policy/v1", "Eviction", make<wire::Eviction>},
    {"", "DeleteOptions", make<wire::DeleteOptions>},
};

std::unique_ptr<Message> make_message(const wire::TypeMeta& type) {
  for (const Row& row : kRows) {
    bool is_version = row.api_version.empty() || row.api_version == type.apiversion();
    if (is_version && row.kind == type.kind()) return row.make();
  }
  return nullptr;
}

std::unexpected<base::Error> unsupported(std::string_view what) {
  return base::fail(base::Code::unsupported,
                    fmt::format("the embedded demonstration cluster does not read {} as protobuf; "
                                "send it as JSON or YAML (kubectl create ... --dry-run=client "
                                "-o yaml | kubectl apply -f -)",
                                what));
}

}  // namespace

base::Result<Json> read_protobuf(std::string_view body) {
  wire::Unknown envelope;
  if (!body.starts_with(kMagic) ||
      !envelope.ParseFromArray(body.data() + kMagic.size(),
                               static_cast<int>(body.size() - kMagic.size()))) {
    return base::fail(base::Code::malformed, "the body is no Kubernetes object in protobuf");
  }
  const wire::TypeMeta& type = envelope.typemeta();
  std::string what = fmt::format("{} of {}", type.kind(), type.apiversion());
  std::unique_ptr<Message> message = make_message(type);
  if (message == nullptr) return unsupported(what);
  if (!message->ParseFromString(envelope.raw())) {
    return base::fail(base::Code::malformed, fmt::format("the body is no {} in protobuf", what));
  }
  Reader reader;
  Json value = reader.read(*message, type.kind());
  if (!reader.unknown().empty()) return unsupported(reader.unknown());
  object result{{"apiVersion", type.apiversion()}, {"kind", type.kind()}};
  for (auto& member : value.get_object()) {
    result.emplace(member.key(), std::move(member.value()));
  }
  return Json(std::move(result));
}

}  // namespace apiserver
