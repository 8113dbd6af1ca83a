using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace TechCorp.Messaging.Tests;

/// <summary>The certificate of the management API, on a server that answers one request with "no such queue".</summary>
public sealed class ManagementApiTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Safeguard("The management API may go by the name that is expected of the broker", SwitchedOff = "`ServerCertificateCheck` knows only the URI's host")]
    [Theory, Trait("Spec", "FM19"), Trait("Spec", "TP1")]
    [InlineData("broker.example", "broker.example")]
    [InlineData("127.0.0.1", "broker.example")] // its certificate is for the URI's host
    [InlineData("127.0.0.1", null)]
    public async Task It_is_trusted_by_the_uris_host_and_by_the_expected_name(string issuedFor, string? serverName)
        => (await AskAsync(issuedFor, serverName)).Should().BeNull("there is no such queue");

    [Theory, Trait("Spec", "FM19"), Trait("Spec", "TP1")]
    [InlineData("broker.example", null)]
    [InlineData("other.example", "broker.example")]
    public async Task Another_name_is_refused(string issuedFor, string? serverName)
        => (await FluentActions.Awaiting(() => AskAsync(issuedFor, serverName)).Should().ThrowAsync<HttpRequestException>())
            .WithInnerException<System.Security.Authentication.AuthenticationException>();

    private async Task<ManagedQueue?> AskAsync(string issuedFor, string? serverName)
    {
        using var authority = _certificates.Authority("authority");
        _certificates.Issue(authority, "server", issuedFor);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync(listener);
        var options = new RabbitMqOptions { Uris = [new Uri("amqps://127.0.0.1/")] };
        options.Tls.CertificateAuthorityFile = _certificates.PathOf("authority.pem");
        options.Tls.ServerName = serverName;
        using var api = new ManagementApi(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), options, credential: null);

        var asked = api.QueueAsync("orders", Cancellation);
        await Task.WhenAll(asked, answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await asked;
    }

    private async Task AnswerAsync(TcpListener listener)
    {
        using var certificate = X509CertificateLoader.LoadPkcs12FromFile(_certificates.PathOf("server.pfx"), TestCertificates.KeyPassword);
        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Cancellation);
        using var request = new StreamReader(tls, leaveOpen: true);
        while (await request.ReadLineAsync(Cancellation) is { Length: > 0 })
        {
            // the headers
        }

        await tls.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Cancellation);
    }
}
