# room(): one folder, one duty, one target; a target sees only the headers of the rooms that it declares.
#
#   room(NAME missions PATH missions [PURE] DEPENDS vocabulary lanes LIBRARIES fmt::fmt)
#
# Every room has a "door": build/doors/<name>/<path>/ with links to the headers of that one folder (not of folders
# within: those are rooms of their own). A target gets the doors of itself and of its declared rooms and no others, so a
# forbidden include does not compile. PURE rooms also get cmake/fence first, where the headers of sockets, SQL and clocks
# are #error.
# Tests: *_test.cpp need nothing; *_dbtest.cpp a database (label "database"): they never skip, they fail without
# TEST_DATABASE_URL, which `make test` provides.
# The rooms are written to <build>/rooms.txt for scripts/house.py: name|path|pure|depends|test depends.
set(MMS_DOORS ${CMAKE_BINARY_DIR}/doors)
set_property(GLOBAL PROPERTY MMS_ROOMS "")

function(room_door name path headers)
  set(door ${MMS_DOORS}/${name}/${path})
  if(IS_SYMLINK ${door})
    file(REMOVE ${door})
  endif()
  file(MAKE_DIRECTORY ${door})
  file(GLOB old RELATIVE ${door} ${door}/*.hpp)
  foreach(header ${headers})
    get_filename_component(file ${header} NAME)
    list(REMOVE_ITEM old ${file})
    if(NOT EXISTS ${door}/${file})
      file(CREATE_LINK ${header} ${door}/${file} SYMBOLIC)
    endif()
  endforeach()
  foreach(file ${old})
    file(REMOVE ${door}/${file})
  endforeach()
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
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${R_PATH}/*.hpp)
  room_door(${R_NAME} ${R_PATH} "${headers}")
  # What its tests share (tests/*.hpp): seen by its own tests and by those of rooms that name it in TEST_DEPENDS.
  file(GLOB test_headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${R_PATH}/tests/*.hpp)
  if(test_headers)
    room_door(${R_NAME}_tests ${R_PATH}/tests "${test_headers}")
  endif()
  set_property(GLOBAL APPEND PROPERTY MMS_ROOMS ${R_NAME})
  string(REPLACE ";" "," depends "${R_DEPENDS}")
  string(REPLACE ";" "," test_depends "${R_TEST_DEPENDS}")
  set_property(GLOBAL APPEND PROPERTY MMS_ROOM_LINES "${R_NAME}|${R_PATH}|${R_PURE}|${depends}|${test_depends}")

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

  if(NOT sources AND headers)
    # A room of headers alone is compiled too, so that its doors and fences hold as everywhere.
    set(lines "// Every header of ${R_NAME}, compiled with its own doors.\n")
    foreach(header ${headers})
      get_filename_component(file ${header} NAME)
      string(APPEND lines "#include \"${R_PATH}/${file}\"\n")
    endforeach()
    set(sources ${CMAKE_BINARY_DIR}/headers/${R_NAME}.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "${lines}" @ONLY)
  endif()
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")  # of a binary, not of the room's library
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
      foreach(seen ${R_NAME} ${R_TEST_DEPENDS})
        room_sees(${target} FALSE ${seen}_tests)
      endforeach()
      if(kind STREQUAL "unit")
        gtest_discover_tests(${target} DISCOVERY_TIMEOUT 30 PROPERTIES LABELS unit TIMEOUT 120)
      else()
        gtest_discover_tests(${target} DISCOVERY_TIMEOUT 30 PROPERTIES LABELS database TIMEOUT 300
          FIXTURES_REQUIRED database)
      endif()
    endif()
  endforeach()
endfunction()

# Called once, after the last room.
function(rooms_written)
  get_property(lines GLOBAL PROPERTY MMS_ROOM_LINES)
  string(REPLACE ";" "\n" lines "${lines}")
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/rooms.txt CONTENT "${lines}\n")
endfunction()

include(GoogleTest)
