# cardea_consoles: both web consoles, made by npm from web/console and web/account and carried in the program. A library
# of its own, so that only what serves them waits for npm. web/build.mjs keeps what it built; see there.
find_program(CARDEA_NODE node REQUIRED)
file(GLOB_RECURSE console_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/console/* ${CMAKE_SOURCE_DIR}/web/account/*
     ${CMAKE_SOURCE_DIR}/web/shared/*)
foreach(file package.json package-lock.json .npmrc vite.config.mjs build.mjs messages.mjs)
  list(APPEND console_sources ${CMAKE_SOURCE_DIR}/web/${file})
endforeach()
set(console_table ${CMAKE_BINARY_DIR}/consoles/consoles.cc)
add_custom_command(OUTPUT ${console_table} COMMAND ${CARDEA_NODE} ${CMAKE_SOURCE_DIR}/web/build.mjs ${CMAKE_BINARY_DIR}/consoles
                   DEPENDS ${console_sources} COMMENT "Building the consoles with npm, or taking them from the cache"
                   USES_TERMINAL VERBATIM)
add_library(cardea_consoles STATIC ${console_table})
cardea_compile_options(cardea_consoles)
target_link_libraries(cardea_consoles PUBLIC cardea_web)
