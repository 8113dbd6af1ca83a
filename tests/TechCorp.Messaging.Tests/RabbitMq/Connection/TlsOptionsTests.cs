using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging.Tests;

/// <summary>What is wrong with files and settings of encryption is found at the start, all at once.</summary>
public sealed class TlsOptionsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public TlsOptionsTests()
    {
        using var authority = _certificates.Authority("authority");
        _certificates.Issue(authority, "client", host: null);
        _certificates.Issue(authority, "ended", host: null, expired: true);
        _certificates.Write("text.pem", "nothing of use");
    }

    public void Dispose() => _certificates.Dispose();

    [Fact, Trait("Spec", "FM19")]
    public void Nothing_is_wrong_with_good_files() => Problems(tls =>
    {
        tls.CertificateAuthorityFile = _certificates.PathOf("authority.pem");
        tls.ClientCertificateFile = _certificates.PathOf("client.pem");
        tls.ClientCertificateKeyFile = _certificates.PathOf("client.key");
        tls.ServerName = "broker.example";
        tls.UseExternalAuthentication = true;
    }).Should().BeEmpty();

    [Theory, Trait("Spec", "FM19")]
    [InlineData("missing.pem", "does not exist")]
    [InlineData("text.pem", "cannot be read")]
    [InlineData("ended.pem", "has expired on")]
    public void An_authority_file_that_cannot_be_used_is_named(string file, string why)
        => Problems(tls => tls.CertificateAuthorityFile = _certificates.PathOf(file)).Should().ContainSingle().Which.Should()
            .StartWith("Tls:CertificateAuthorityFile must be").And.Contain(_certificates.PathOf(file)).And.Contain(why);

    [Safeguard("An authority file that trusts nothing fails the start", SwitchedOff = "`TlsFiles.ProblemOfAuthorities` asks for no root")]
    [Fact, Trait("Spec", "FM19")]
    public void An_authority_file_without_a_root_is_named_because_no_handshake_would_succeed()
    {
        using var root = _certificates.Authority("root");
        using var intermediate = _certificates.Intermediate(root, "intermediate");
        _certificates.Issue(intermediate, "server", "broker.example");
        _certificates.Write("both.pem", File.ReadAllText(_certificates.PathOf("intermediate.pem")) + "\n"
            + File.ReadAllText(_certificates.PathOf("root.pem")));

        TrustsServer("intermediate.pem").Should().BeFalse();
        Problems(tls => tls.CertificateAuthorityFile = _certificates.PathOf("intermediate.pem")).Should().ContainSingle().Which.Should()
            .StartWith("Tls:CertificateAuthorityFile must be").And.ContainAll(_certificates.PathOf("intermediate.pem"), "'CN=intermediate'", "'CN=root'");

        TrustsServer("both.pem").Should().BeTrue();
        Problems(tls => tls.CertificateAuthorityFile = _certificates.PathOf("both.pem")).Should().BeEmpty();
    }

    [Theory, Trait("Spec", "FM19")]
    [InlineData("missing.pem", null, null, "does not exist")]
    [InlineData("text.pem", null, null, "cannot be read")]
    [InlineData("client.pem", null, null, "cannot be read")] // no key in it
    [InlineData("client.pem", "missing.key", null, "missing.key', which does not exist")]
    [InlineData("client.pem", "ended.key", null, "cannot be read")] // another certificate's
    [InlineData("client.pem", "client.locked.key", "wrong-horse", "cannot be read")]
    [InlineData("client.pfx", null, "wrong-horse", "cannot be read")]
    [InlineData("ended.both.pem", null, null, "has expired on")]
    public void A_client_certificate_that_cannot_be_used_is_named(string file, string? key, string? password, string why)
        => Problems(tls =>
        {
            tls.ClientCertificateFile = _certificates.PathOf(file);
            tls.ClientCertificateKeyFile = key is null ? null : _certificates.PathOf(key);
            tls.ClientCertificatePassword = password;
        }).Should().ContainSingle().Which.Should().StartWith("Tls:ClientCertificateFile must be").And.Contain(_certificates.PathOf(file)).And.Contain(why)
            .And.NotContain("wrong-horse");

    [Fact, Trait("Spec", "FM19")]
    public void Settings_that_contradict_each_other_are_named()
    {
        var options = new RabbitMqOptions
        {
            Uris = [new Uri("amqp://app:hunter2@broker/")],
            Credentials = _ => Task.FromResult(new NetworkCredential("a", "b")),
        };
        options.Tls.UseExternalAuthentication = true;
        options.Tls.ClientCertificatePassword = "hunter2";
        options.Tls.ServerName = "not a host";

        string[] expected = ["ClientCertificateFile, which is not set", "UseExternalAuthentication needs ClientCertificateFile", "'not a host'",
            "only be set with amqps:// URIs; one is 'amqp://broker/'", "Credentials must not be set with Tls:UseExternalAuthentication"];
        options.Problems().Should().HaveCount(expected.Length).And.NotContain(problem => problem.Contains("hunter2", StringComparison.Ordinal));
        string.Concat(options.Problems()).Should().ContainAll(expected);
    }

    [Fact, Trait("Spec", "FM19")]
    public void The_keys_of_the_configuration_are_read_and_a_start_names_key_and_value()
    {
        var settings = new Dictionary<string, string?>
        {
            ["TechCorp:Messaging:RabbitMq:Uri"] = "amqps://broker/",
            ["TechCorp:Messaging:RabbitMq:Tls:CertificateAuthorityFile"] = _certificates.PathOf("missing.pem"),
            ["TechCorp:Messaging:RabbitMq:Tls:ClientCertificateFile"] = _certificates.PathOf("client.pfx"),
            ["TechCorp:Messaging:RabbitMq:Tls:ClientCertificatePassword"] = "wrong-horse",
            ["TechCorp:Messaging:RabbitMq:Tls:ServerName"] = "two words",
            ["TechCorp:Messaging:RabbitMq:Tls:CheckRevocation"] = "perhaps",
            ["TechCorp:Messaging:RabbitMq:MaxInboundMessageBodyBytes"] = "0",
        };
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        using var provider = services.BuildServiceProvider();

        var plan = () => new MessagingPlanner(new MessagingBuilder(services, name: null).UseRabbitMq()).Plan(provider);

        var failures = string.Join('\n', plan.Should().Throw<OptionsValidationException>().Which.Failures);
        failures.Should().ContainAll("TechCorp:Messaging:RabbitMq:Tls:CertificateAuthorityFile", "missing.pem", "client.pfx", "'two words'",
            "TechCorp:Messaging:RabbitMq:Tls:CheckRevocation must be true or false", "MaxInboundMessageBodyBytes must be between 1 and 536870912; it is 0")
            .And.NotContain("wrong-horse");
    }

    private bool TrustsServer(string authorities)
    {
        using var server = X509CertificateLoader.LoadCertificateFromFile(_certificates.PathOf("server.pem"));
        return new ServerCertificateCheck(new RabbitMqTlsOptions { CertificateAuthorityFile = _certificates.PathOf(authorities) }, "broker.example")
            .Accepts(server, chain: null, SslPolicyErrors.RemoteCertificateChainErrors);
    }

    private static IEnumerable<string> Problems(Action<RabbitMqTlsOptions> set)
    {
        var options = new RabbitMqOptions { Uris = [new Uri("amqps://broker/")] };
        set(options.Tls);
        return options.Problems();
    }
}
