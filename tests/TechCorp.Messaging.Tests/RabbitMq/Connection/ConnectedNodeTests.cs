using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Messaging.Tests;

/// <summary>What health reports call the broker.</summary>
public sealed class ConnectedNodeTests
{
    [Fact, Trait("Spec", "OB3")]
    public async Task It_is_the_node_that_the_connections_go_to_and_without_one_the_first_that_is_tried()
    {
        var options = new RabbitMqOptions { Uris = [new Uri("amqp://guest:guest@127.0.0.1:1/"), RabbitMqServer.Uri] };
        await using var transport = new RabbitMqTransport(options, new PublisherOptions(), "test", TimeProvider.System, NullLogger.Instance);
        transport.Name.Should().Be("rabbitmq://127.0.0.1:1/");

        await transport.StartAsync(TestContext.Current.CancellationToken);

        transport.Name.Should().Be(BrokerAddress.Of(RabbitMqServer.Uri).ToString());
    }
}
