#pragma once

#include <string>

#include "taizhang/result.hpp"

namespace taizhang::asio {

inline Error busy(std::size_t limit) {
  return Error(ErrorCode::busy,
               {"The queue of asynchronous calls is full (" + std::to_string(limit) +
                    "). Nothing was begun; try again when some have answered.",
                "异步调用队列已满（" + std::to_string(limit) +
                    "）。本次调用未开始；待其他调用返回后重试。"})
      .with("limit", std::to_string(limit));
}

inline Error closed() {
  return Error(ErrorCode::closed, {"The workers are closed; the call was not begun.",
                                   "工作线程已关闭；本次调用未开始。"});
}

inline Error no_thread(const std::string& why) {
  return Error(ErrorCode::io_error,
               {"The system gives no more threads (" + why +
                    "), and following needs one. Raise the limit or end other programs.",
                "系统无法再创建线程（" + why + "），跟随需要一个线程。请提高上限或结束其他程序。"});
}

inline Error cancelled() {
  return Error(ErrorCode::cancelled,
               {"The caller called it off before it was begun; nothing was done.",
                "调用在开始之前被取消；未做任何事。"});
}

}  // namespace taizhang::asio
