# What is installed, and the Debian packages made of it:
#   libraries    libtaizhangM.N     the shared libraries
#   development  libtaizhang-dev    headers, messages, CMake package, pkg-config files, conformance kit
#   tool         taizhang           the command line
include(GNUInstallDirs)
set(TAIZHANG_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/taizhang")

# taizhang_install(NAME TARGET LINKS): the component NAME, which links LINKS, and its pkg-config file.
function(taizhang_install name target links)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON)
  get_target_property(header_sets ${target} INTERFACE_HEADER_SETS)
  set(headers "")
  if(header_sets)
    set(headers FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
  endif()
  install(TARGETS ${target} EXPORT taizhang
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT libraries NAMELINK_COMPONENT development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
    ${headers} INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  set_property(GLOBAL APPEND PROPERTY TAIZHANG_COMPONENTS ${name})
  if(NOT TARGET taizhang_installable)
    add_custom_target(taizhang_installable)
  endif()
  add_dependencies(taizhang_installable ${target})

  string(REPLACE _ - module "taizhang-${name}")
  set(requires ${links})
  list(TRANSFORM requires REPLACE "^taizhang_(.+)_installed$" "taizhang-\\1")
  list(TRANSFORM requires REPLACE "^taizhang::(.+)$" "taizhang-\\1")
  list(TRANSFORM requires REPLACE "^protobuf::libprotobuf$" "protobuf")
  list(TRANSFORM requires REPLACE "^GTest::(.+)$" "\\1")
  # The others are headers in the compiler's own path, or the compiler's own.
  list(FILTER requires EXCLUDE REGEX "::")
  list(TRANSFORM requires REPLACE "_" "-")
  list(JOIN requires ", " requires)
  get_target_property(type ${target} TYPE)
  set(library "")
  if(NOT type STREQUAL "INTERFACE_LIBRARY")
    set(library " -l${module}")
  endif()
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/package/${module}.pc" @ONLY CONTENT
"prefix=\${pcfiledir}/@up@
Name: @module@
Description: @PROJECT_DESCRIPTION@ (@name@)
URL: @PROJECT_HOMEPAGE_URL@
Version: @PROJECT_VERSION@
Requires: @requires@
Cflags: -I\${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
Libs: -L\${prefix}/@CMAKE_INSTALL_LIBDIR@@library@
")
  install(FILES "${PROJECT_BINARY_DIR}/package/${module}.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT development)
endfunction()

# The CMake package and the Debian packages; after every layer and the tool.
function(taizhang_package)
  include(CMakePackageConfigHelpers)
  get_property(TAIZHANG_COMPONENTS GLOBAL PROPERTY TAIZHANG_COMPONENTS)
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/taizhangConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/package/taizhangConfig.cmake" INSTALL_DESTINATION "${TAIZHANG_CMAKE_DIR}"
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/package/taizhangConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/package/taizhangConfig.cmake"
    "${PROJECT_BINARY_DIR}/package/taizhangConfigVersion.cmake"
    "${PROJECT_SOURCE_DIR}/cmake/taizhangSchema.cmake"
    DESTINATION "${TAIZHANG_CMAKE_DIR}" COMPONENT development)
  install(EXPORT taizhang NAMESPACE taizhang:: FILE taizhangTargets.cmake
    DESTINATION "${TAIZHANG_CMAKE_DIR}" COMPONENT development)

  set(library_package "libtaizhang${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_NAME taizhang)
  set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
  set(CPACK_PACKAGE_CONTACT "Taizhang <taizhang@localhost>")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
  set(CPACK_PACKAGE_DIRECTORY "${PROJECT_BINARY_DIR}/package")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_COMPONENTS_ALL libraries development)
  if(TARGET taizhang_tool)
    list(APPEND CPACK_COMPONENTS_ALL tool)
  endif()
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}/lib")
  set(CPACK_DEBIAN_LIBRARIES_PACKAGE_NAME ${library_package})
  set(CPACK_DEBIAN_LIBRARIES_PACKAGE_SECTION libs)
  # As CPack's own, but able to be installed below a folder, which has no loader to tell.
  foreach(script postinst postrm)
    file(WRITE "${PROJECT_BINARY_DIR}/package/${script}" "#!/bin/sh\nset -e\n[ -n \"$DPKG_ROOT\" ] || ldconfig\n")
    file(CHMOD "${PROJECT_BINARY_DIR}/package/${script}" PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
      GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endforeach()
  set(CPACK_DEBIAN_LIBRARIES_PACKAGE_CONTROL_EXTRA
    "${PROJECT_BINARY_DIR}/package/postinst" "${PROJECT_BINARY_DIR}/package/postrm")
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtaizhang-dev)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "${library_package} (= ${PROJECT_VERSION}), libexpected-dev, libprotobuf-dev, protobuf-compiler")
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libboost-dev, libgmock-dev, libgtest-dev")
  set(CPACK_DEBIAN_TOOL_PACKAGE_NAME taizhang)
  set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION utils)
  set(CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS "${library_package} (= ${PROJECT_VERSION})")
  include(CPack)
endfunction()
