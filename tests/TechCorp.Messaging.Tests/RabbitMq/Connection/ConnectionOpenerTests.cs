using System.Net.Security;

namespace TechCorp.Messaging.Tests;

public sealed class ConnectionOpenerTests
{
    [Fact]
    public void An_encrypted_connection_accepts_no_certificate_of_another_host()
    {
        var uri = new Uri("amqps://guest:guest@broker.example:5671/");

        var factory = new ConnectionOpener(new RabbitMqOptions { Uris = [uri] }, "test", TimeProvider.System).Factory(uri);

        factory.Ssl.Enabled.Should().BeTrue();
        factory.Ssl.ServerName.Should().Be("broker.example");
        factory.Ssl.AcceptablePolicyErrors.Should().Be(SslPolicyErrors.None);
    }
}
