# room(): one folder, one duty, one target; a target sees only the headers of the rooms that it declares.
#
#   room(NAME missions PATH missions [PURE] DEPENDS vocabulary lanes LIBRARIES fmt::fmt)
#
# Every room has a "door": build/doors/<name>/<path> -> src/<path>. A target gets the doors of itself and of
# its declared rooms and no others, so a forbidden include does not compile. PURE rooms also get cmake/fence
# first, where the headers of sockets, SQL and clocks are #error.
# Tests: *_test.cpp need nothing, *_dbtest.cpp a database (label "database"; they skip nothing, they need TEST_DATABASE_URL for PostgreSQL).
set(MMS_DOORS ${CMAKE_BINARY_DIR}/doors)
set_property(GLOBAL PROPERTY MMS_ROOMS "")

function(room_door name path)
  get_filename_component(parent ${MMS_DOORS}/${name}/${path} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  if(NOT EXISTS ${MMS_DOORS}/${name}/${path})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${path} ${MMS_DOORS}/${name}/${path} SYMBOLIC)
  endif()
endfunction()

function(room_sees target pure)
  if(pure)
    target_include_directories(${target} BEFORE PRIVATE ${CMAKE_SOURCE_DIR}/cmake/fence)
  endif()
  foreach(seen ${ARGN})
    target_include_directories(${target} PRIVATE ${MMS_DOORS}/${seen})
  endforeach()
endfunction()

function(room)
  cmake_parse_arguments(R "PURE" "NAME;PATH" "DEPENDS;LIBRARIES;TEST_DEPENDS" ${ARGN})
  if(NOT R_PATH)
    set(R_PATH ${R_NAME})
  endif()
  room_door(${R_NAME} ${R_PATH})
  set_property(GLOBAL APPEND PROPERTY MMS_ROOMS ${R_NAME})
  string(REPLACE ";" "," depends "${R_DEPENDS}")
  set_property(GLOBAL APPEND PROPERTY MMS_ROOM_LINES "${R_NAME}|${R_PATH}|${R_PURE}|${depends}")

  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${R_PATH}/*.cpp)
  set(unit ${sources})
  list(FILTER unit INCLUDE REGEX "_test\\.cpp$")
  set(dbtests ${sources})
  list(FILTER dbtests INCLUDE REGEX "_dbtest\\.cpp$")
  file(GLOB nested CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${R_PATH}/tests/*_test.cpp)
  file(GLOB nested_db CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${R_PATH}/tests/*_dbtest.cpp)
  list(APPEND unit ${nested})
  list(APPEND dbtests ${nested_db})
  list(FILTER sources EXCLUDE REGEX "_(db)?test\\.cpp$")

  if(sources)
    add_library(${R_NAME} STATIC ${sources})
    target_link_libraries(${R_NAME} PUBLIC ${R_DEPENDS} ${R_LIBRARIES})
    room_sees(${R_NAME} ${R_PURE} ${R_NAME} ${R_DEPENDS})
  else()
    add_library(${R_NAME} INTERFACE)
    target_link_libraries(${R_NAME} INTERFACE ${R_DEPENDS} ${R_LIBRARIES})
  endif()

  foreach(kind unit dbtests)
    if(${kind})
      set(target ${R_NAME}_${kind})
      add_executable(${target} ${${kind}})
      target_link_libraries(${target} PRIVATE ${R_NAME} ${R_TEST_DEPENDS} GTest::gtest_main)
      room_sees(${target} FALSE ${R_NAME} ${R_DEPENDS} ${R_TEST_DEPENDS})
      if(kind STREQUAL "unit")
        gtest_discover_tests(${target} DISCOVERY_TIMEOUT 30 PROPERTIES LABELS unit TIMEOUT 120)
      else()
        gtest_discover_tests(${target} DISCOVERY_TIMEOUT 30 PROPERTIES LABELS database TIMEOUT 300)
      endif()
    endif()
  endforeach()
endfunction()

include(GoogleTest)
