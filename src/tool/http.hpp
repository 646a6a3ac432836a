#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "taizhang/result.hpp"

namespace taizhang::tool {

/// HTTP/1.1 for a witness, plain: on loopback, on an office's own network, or behind a server that
/// speaks TLS.
struct HttpRequest {
  std::string method;
  std::string target;
  std::string body;
};
struct HttpAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// A request or answer must be complete within 30 seconds, a kept connection used again within
/// them; 256 connections at once.
/// Answers requests at `listen` ("127.0.0.1:8080", "[::1]:0"; port 0: a free one), one after
/// another, until SIGTERM or SIGINT. `ready` is told the address once it is listened at. A larger
/// body is answered with 413. Errors: `invalid_argument` (the address), `io_error`.
Result<> serve_http(const std::string& listen, std::size_t body_bytes_max,
                    const std::function<HttpAnswer(const HttpRequest&)>& answer,
                    const std::function<void(const std::string& address)>& ready);

/// Posts to http://HOST[:PORT]/PATH. Any status is an answer. Errors: `invalid_argument` (the
/// address), `io_error` (no answer: it may or may not have been taken; repeat it).
Result<HttpAnswer> post_http(const std::string& url, const std::string& body);

}  // namespace taizhang::tool
