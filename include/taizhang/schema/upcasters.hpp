#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace [[gnu::visibility("default")]] taizhang {

/// How events written with an older version of their message are read: each step takes the message
/// of one version to the next, and steps chain. A value; given to Schema::make, which holds the
/// steps against the messages.
///
///   Upcasters upcasters;
///   upcasters.add<v1::Ride, v2::Ride>([](const v1::Ride& written, v2::Ride& now) {…});
///   upcasters.add<Ride>(1, [](Ride& message) {…});  // the same class, from version 1 to 2
///
/// A step is a pure function of its message: it runs whenever an event is read, on any thread, and
/// must give the same result each time. It must not depend on personal fields being there: without
/// keys they are empty, and for a reveal in a view only the personal fields of one event are
/// filled, an erased one with a mark. What it does not set in `now` stays empty; fields that the
/// old class does not know are not taken along to another class. Stored bytes and tags never
/// change.
class Upcasters {
 public:
  struct Step {
    const google::protobuf::Descriptor* from = nullptr;
    const google::protobuf::Descriptor* to = nullptr;
    std::uint32_t from_version = 0;  ///< in place only; else by the option of `from`
    std::function<void(const google::protobuf::Message& written, google::protobuf::Message& now)>
        convert;                                                     ///< to another class
    std::function<void(google::protobuf::Message& message)> mend{};  ///< or in the same class
  };

  /// From the class of an older version to the class that the version after it is read with: the
  /// type and version are those of the messages' options. `now` is empty when the step is called.
  template <class From, class To>
  Upcasters& add(std::function<void(const From& written, To& now)> step) {
    return add(Step{From::descriptor(), To::descriptor(), 0,
                    [step = std::move(step)](const google::protobuf::Message& written,
                                             google::protobuf::Message& now) {
                      step(static_cast<const From&>(written), static_cast<To&>(now));
                    }});
  }
  /// In the same class, from that version to the one after it: for a change that protobuf reads
  /// without help but that means something else.
  template <class Message>
  Upcasters& add(std::uint32_t from_version, std::function<void(Message& message)> step) {
    return add(Step{Message::descriptor(),
                    Message::descriptor(),
                    from_version,
                    {},
                    [step = std::move(step)](google::protobuf::Message& message) {
                      step(static_cast<Message&>(message));
                    }});
  }
  /// For messages that are known at run time only.
  Upcasters& add(Step step) {
    steps_.push_back(std::move(step));
    return *this;
  }
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
  std::vector<Step> steps_;
};

}  // namespace taizhang
