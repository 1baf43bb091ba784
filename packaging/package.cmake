# What is installed where, and the Debian package that `cpack -G DEB` makes of it in the build directory.
# The paths are Debian's; the prefix is /usr.
set(packaging ${CMAKE_SOURCE_DIR}/packaging)
set(staged ${CMAKE_BINARY_DIR}/packaging)

# The documented example becomes the default configuration: its target does not exist, so it is
# commented out, and further targets come from files of their own.
file(READ ${CMAKE_SOURCE_DIR}/config/ike_exporter.toml configuration)
string(FIND "${configuration}" "\n[[target]]" target_begins)
if(target_begins EQUAL -1)
  message(FATAL_ERROR "config/ike_exporter.toml has no example [[target]]")
endif()
string(SUBSTRING "${configuration}" 0 ${target_begins} settings)
string(SUBSTRING "${configuration}" ${target_begins} -1 example)
string(REGEX REPLACE "\n([^#\n])" "\n#\\1" example "${example}")
string(REPLACE "\ninclude = []" "\ninclude = [\"targets.d/*.toml\"]" settings "${settings}")
file(WRITE ${staged}/ike_exporter.toml "${settings}${example}")

# Debian wants changelog and manual compressed, and the same bytes for the same input.
find_program(GZIP gzip REQUIRED)
string(TIMESTAMP date "%a, %d %b %Y 00:00:00 +0000" UTC)
file(WRITE ${staged}/changelog
  "ike-exporter (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
  "  * See the project's history.\n\n"
  " -- The ike_exporter authors <ike-exporter@example.org>  ${date}\n")
foreach(file ${staged}/changelog ${packaging}/ike_exporter.1)
  get_filename_component(name ${file} NAME)
  execute_process(COMMAND ${GZIP} -9nc ${file} OUTPUT_FILE ${staged}/${name}.gz
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# Installing takes what was built and builds nothing itself, tests least of all.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(doc share/doc/ike-exporter)
install(TARGETS ike_exporter RUNTIME DESTINATION bin)
install(FILES ${staged}/ike_exporter.toml DESTINATION /etc/ike_exporter)
install(DIRECTORY DESTINATION /etc/ike_exporter/targets.d)
install(FILES ${packaging}/ike_exporter.default DESTINATION /etc/default RENAME ike_exporter)
install(FILES ${packaging}/ike_exporter.service ${packaging}/ike_exporter.socket
        DESTINATION /lib/systemd/system)
install(FILES ${staged}/ike_exporter.1.gz DESTINATION share/man/man1)
install(FILES ${staged}/changelog.gz ${packaging}/debian/copyright ${packaging}/migration.md
        DESTINATION ${doc})
install(DIRECTORY ${packaging}/prometheus ${packaging}/grafana ${packaging}/nagios ${packaging}/icinga2
        DESTINATION ${doc}/examples)
# The chart's files are links into the source.
install(DIRECTORY ${packaging}/kubernetes DESTINATION ${doc}/examples PATTERN files EXCLUDE)
file(GLOB chart_files ${packaging}/kubernetes/helm/ike-exporter/files/*)
foreach(file ${chart_files})
  file(REAL_PATH ${file} linked)
  install(FILES ${linked} DESTINATION ${doc}/examples/kubernetes/helm/ike-exporter/files)
endforeach()
install(DIRECTORY ${CMAKE_SOURCE_DIR}/dashboards/rules ${CMAKE_SOURCE_DIR}/dashboards/runbooks
        DESTINATION share/ike_exporter)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/dashboards/ DESTINATION share/ike_exporter/dashboards
        FILES_MATCHING REGEX "/ike-[a-z]+\\.json$" PATTERN mixin EXCLUDE PATTERN images EXCLUDE
        PATTERN rules EXCLUDE PATTERN runbooks EXCLUDE)

file(WRITE ${staged}/conffiles "/etc/default/ike_exporter\n/etc/ike_exporter/ike_exporter.toml\n")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ike-exporter)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
    GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "The ike_exporter authors <ike-exporter@example.org>")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${staged}/conffiles ${packaging}/debian/postinst
    ${packaging}/debian/prerm ${packaging}/debian/postrm)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Prometheus exporter that watches VPN gateways (IKE)")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Sends the openings of IKEv1 and IKEv2 handshakes to VPN gateways, over UDP
and TCP, and exports whether they answer, how fast, which cipher suite they
choose and, from audits, which algorithms they accept and whether a policy
allows them. Alert rules, runbooks and Grafana dashboards are included.")
include(CPack)
