using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TechCorp.Messaging.Tests;

/// <summary>A TLS port of the private server, opened while it runs; it ends with the server.</summary>
internal static class TlsListener
{
    /// <returns>Its URI, with the user <c>guest</c>.</returns>
    /// <param name="certificates">Where the files are.</param>
    /// <param name="server">The name of the server's certificate.</param>
    /// <param name="clients">The authority whose clients are let in; null lets in all.</param>
    internal static async Task<Uri> OpenAsync(TestCertificates certificates, string server, string? clients = null)
    {
        var port = FreePort();
        var verify = clients is null
            ? "{verify, verify_none}"
            : $"{{verify, verify_peer}}, {{fail_if_no_peer_cert, true}}, {{cacertfile, \"{certificates.PathOf(clients + ".pem")}\"}}";
        await BrokerControl.RabbitMqCtlAsync("eval", string.Create(CultureInfo.InvariantCulture,
            $$"""
            application:ensure_all_started(ssl),
            ok = rabbit_networking:start_ssl_listener({"127.0.0.1", {{port}}},
                [{certfile, "{{certificates.PathOf(server + ".pem")}}"}, {keyfile, "{{certificates.PathOf(server + ".key")}}"}, {{verify}}], 2).
            """));
        return new Uri($"amqps://guest:guest@127.0.0.1:{port}/");
    }

    /// <summary>Lets clients log in by their certificates, the common name being the user.</summary>
    internal static Task OfferExternalAsync() => BrokerControl.RabbitMqCtlAsync("eval",
        """
        {ok, File} = application:get_env(rabbit, enabled_plugins_file),
        ok = rabbit_file:write_term_file(File, [lists:usort([rabbitmq_auth_mechanism_ssl | rabbit_plugins:read_enabled(File)])]),
        rabbit_plugins:ensure(File),
        ok = application:set_env(rabbit, ssl_options, [{verify, verify_peer}]), % or the plugin refuses every login
        ok = application:set_env(rabbit, ssl_cert_login_from, common_name),
        ok = application:set_env(rabbit, auth_mechanisms, ['PLAIN', 'AMQPLAIN', 'EXTERNAL']).
        """);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
