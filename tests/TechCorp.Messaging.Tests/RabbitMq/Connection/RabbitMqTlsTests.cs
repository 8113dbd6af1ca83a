using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>Encrypted connections to the real server, with certificates made for each test.</summary>
[Collection(nameof(BrokerControl))]
public sealed class RabbitMqTlsTests : IDisposable
{
    private const string Client = "techcorp-client";
    private readonly TestCertificates _certificates = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _certificates.Dispose();

    [Fact, Trait("Spec", "FM19")]
    public async Task With_its_own_authority_messages_are_published_and_consumed()
    {
        var uri = await ServerAsync("127.0.0.1");
        var queue = $"tls.{Guid.CreateVersion7():n}";
        var handled = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var bus = await MessageBus.StartAsync(
            builder => builder
                .UseRabbitMq(uri.ToString(), options => options.Tls.CertificateAuthorityFile = _certificates.PathOf("authority.pem"))
                .AddMessage("job", new JobFormat())
                .AddTopology(Topology.WorkQueue(queue))
                .AddConsumer<Job>(queue, (job, _, _) =>
                {
                    handled.TrySetResult(job.Number);
                    return Task.CompletedTask;
                }),
            Cancellation);

        await bus.Publisher.PublishAsync(new Job(7), Destination.ToQueue(queue), cancellationToken: Cancellation);

        (await Eventually.Ends(handled.Task, "it is handled")).Should().Be(7);
        foreach (var name in new[] { queue, $"{queue}.dlq" })
        {
            await RabbitMqServer.DeleteQueueAsync(name);
        }
    }

    [Safeguard("A broker's certificate must come from the authority that was named", SwitchedOff = "`ServerCertificateCheck` trusts every chain")]
    [Fact, Trait("Spec", "FM19")]
    public async Task A_certificate_of_another_authority_is_refused_at_the_start()
    {
        var uri = await ServerAsync("127.0.0.1");
        using var other = _certificates.Authority("other");

        (await RefusedAsync(uri, tls => tls.CertificateAuthorityFile = _certificates.PathOf("other.pem"))).Should()
            .Match("*'127.0.0.1' is not trusted: no trusted authority has issued it*CertificateAuthorityFile*other.pem*issuer 'CN=authority'*");
    }

    [Fact, Trait("Spec", "FM19")]
    public async Task Without_an_authority_the_operating_systems_decide()
        => (await RefusedAsync(await ServerAsync("127.0.0.1"), _ => { })).Should().Contain("no trusted authority has issued it");

    [Fact, Trait("Spec", "FM19")]
    public async Task An_expired_certificate_is_refused_at_the_start()
        => (await RefusedAsync(await ServerAsync("127.0.0.1", expired: true), Trust)).Should()
            .Contain("has expired or is not valid yet").And.Contain("valid until");

    [Safeguard("A broker's certificate must be issued for the host", SwitchedOff = "`ServerCertificateCheck` ignores the name")]
    [Fact, Trait("Spec", "FM19")]
    public async Task A_certificate_of_another_host_is_refused_unless_that_name_is_expected()
    {
        var uri = await ServerAsync("broker.example");

        (await RefusedAsync(uri, Trust)).Should().Contain("it is issued for another host").And.Contain("ServerName");

        await using var transport = Transport(uri, tls =>
        {
            Trust(tls);
            tls.ServerName = "broker.example";
        });
        await Eventually.Ends(transport.StartAsync(Cancellation), "the expected name is taken");
    }

    [Fact, Trait("Spec", "FM19")]
    public async Task A_port_without_tls_is_refused_and_not_tried_forever()
        => (await RefusedAsync(new UriBuilder(RabbitMqServer.Uri) { Scheme = "amqps" }.Uri, _ => { })).Should()
            .Contain("TLS handshake failed").And.Contain("speaks TLS").And.NotContain("guest:");

    [Theory, Trait("Spec", "FM19")]
    [InlineData(".pem", ".key", null)]
    [InlineData(".pem", ".locked.key", TestCertificates.KeyPassword)]
    [InlineData(".both.pem", null, null)]
    [InlineData(".pfx", null, TestCertificates.KeyPassword)]
    public async Task A_client_certificate_is_the_login(string file, string? key, string? password)
    {
        using var authority = _certificates.Authority("authority");
        _certificates.Issue(authority, "server", "127.0.0.1");
        _certificates.Issue(authority, Client, host: null);
        await TlsListener.OfferExternalAsync();
        var uri = await TlsListener.OpenAsync(_certificates, "server", clients: "authority");
        await WithUserAsync(Client, async () =>
        {
            await using var transport = Transport(new UriBuilder(uri) { UserName = "", Password = "" }.Uri, tls =>
            {
                Trust(tls);
                tls.ClientCertificateFile = _certificates.PathOf(Client + file);
                tls.ClientCertificateKeyFile = key is null ? null : _certificates.PathOf(Client + key);
                tls.ClientCertificatePassword = password;
                tls.UseExternalAuthentication = true;
            });

            await Eventually.Ends(transport.StartAsync(Cancellation), "the certificate is taken as the login");

            var users = await BrokerControl.ServicesAsync(ServicesScript.State!, "rabbitmqctl", "list_connections", "--quiet", "user");
            users.Split('\n').Should().Contain(Client);
        });
    }

    [Fact, Trait("Spec", "FM19")]
    public async Task A_certificate_whose_user_does_not_exist_is_refused_by_its_kind_of_login()
    {
        using var authority = _certificates.Authority("authority");
        _certificates.Issue(authority, "server", "127.0.0.1");
        _certificates.Issue(authority, "nobody", host: null);
        await TlsListener.OfferExternalAsync();

        (await RefusedAsync(await TlsListener.OpenAsync(_certificates, "server", clients: "authority"), tls =>
        {
            Trust(tls);
            tls.ClientCertificateFile = _certificates.PathOf("nobody.both.pem");
            tls.UseExternalAuthentication = true;
        })).Should().Contain("user '(client certificate)'").And.Contain("credentials were refused");
    }

    [Safeguard("Certificate files are read again for each connection", SwitchedOff = "`TlsFiles.Authorities` keeps what it read first")]
    [Fact, Trait("Spec", "FM19")]
    public async Task A_renewed_authority_file_is_read_without_a_restart()
    {
        var uri = await ServerAsync("127.0.0.1");
        using var other = _certificates.Authority("other");
        _certificates.Write("bundle.pem", await File.ReadAllTextAsync(_certificates.PathOf("other.pem"), Cancellation));
        await using var transport = Transport(uri, tls => tls.CertificateAuthorityFile = _certificates.PathOf("bundle.pem"));
        await FluentActions.Awaiting(() => transport.StartAsync(Cancellation)).Should().ThrowAsync<BrokerConnectionException>();

        var authority = await File.ReadAllTextAsync(_certificates.PathOf("authority.pem"), Cancellation);
        await File.AppendAllTextAsync(_certificates.PathOf("bundle.pem"), $"\n{authority}", Cancellation);

        await Eventually.Ends(transport.StartAsync(Cancellation), "both authorities of the file are trusted");
    }

    [Safeguard("Credentials are asked for at each attempt to connect", SwitchedOff = "`ConnectionOpener` keeps the first answer")]
    [Fact, Trait("Spec", "FM19")]
    public async Task A_rotated_password_is_asked_for_when_the_connection_comes_back()
    {
        var password = "first-horse";
        await BrokerControl.RabbitMqCtlAsync("add_user", "rotating", password);
        try
        {
            await BrokerControl.RabbitMqCtlAsync("set_permissions", "rotating", ".*", ".*", ".*");
            await using var proxy = new TcpProxy(RabbitMqServer.Uri.Host, RabbitMqServer.Port);
            await using var transport = Transport(RabbitMqServer.Through(proxy.Port), _ => { },
                _ => Task.FromResult(new NetworkCredential("rotating", Volatile.Read(ref password))));
            await transport.StartAsync(Cancellation);
            await BrokerControl.RabbitMqCtlAsync("change_password", "rotating", "second-horse");
            Volatile.Write(ref password, "second-horse");

            proxy.Cut();

            await Eventually.Holds(() => transport.State != TransportState.Connected, "the connection is lost");
            await Eventually.Holds(() => transport.State == TransportState.Connected, "it comes back with the new password");
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("delete_user", "rotating");
        }
    }

    [Fact, Trait("Spec", "FM19")]
    public async Task A_vault_that_does_not_answer_is_asked_again()
    {
        var asked = 0;
        await using var transport = Transport(RabbitMqServer.Uri, _ => { }, _ => Interlocked.Increment(ref asked) < 3
            ? throw new HttpRequestException("the vault is sealed")
            : Task.FromResult(new NetworkCredential("guest", "guest")));

        await Eventually.Ends(transport.StartAsync(Cancellation), "the third answer is good");

        Volatile.Read(ref asked).Should().BeGreaterThanOrEqualTo(3);
    }

    private static async Task WithUserAsync(string user, Func<Task> test)
    {
        await BrokerControl.RabbitMqCtlAsync("add_user", user, "no password is used");
        try
        {
            await BrokerControl.RabbitMqCtlAsync("set_permissions", user, ".*", ".*", ".*");
            await test();
        }
        finally
        {
            await BrokerControl.RabbitMqCtlAsync("delete_user", user);
        }
    }

    private static RabbitMqTransport Transport(Uri uri, Action<RabbitMqTlsOptions> tls, Func<CancellationToken, Task<NetworkCredential>>? credentials = null)
    {
        var options = new RabbitMqOptions { Uris = [uri], ReconnectDelay = TimeSpan.FromMilliseconds(20), Credentials = credentials };
        tls(options.Tls);
        options.Problems().Should().BeEmpty();
        return new RabbitMqTransport(options, new PublisherOptions(), "tests", TimeProvider.System, NullLogger.Instance);
    }

    private void Trust(RabbitMqTlsOptions tls) => tls.CertificateAuthorityFile = _certificates.PathOf("authority.pem");

    private async Task<Uri> ServerAsync(string host, bool expired = false)
    {
        using var authority = _certificates.Authority("authority");
        _certificates.Issue(authority, "server", host, expired);
        return await TlsListener.OpenAsync(_certificates, "server");
    }

    private static async Task<string> RefusedAsync(Uri uri, Action<RabbitMqTlsOptions> tls)
    {
        await using var transport = Transport(uri, tls);
        var start = FluentActions.Awaiting(() => Eventually.Ends(transport.StartAsync(Cancellation), "the start fails"));
        return (await start.Should().ThrowAsync<BrokerConnectionException>()).Which.Message;
    }
}
