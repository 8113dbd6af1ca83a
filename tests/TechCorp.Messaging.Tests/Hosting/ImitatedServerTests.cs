using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging.Tests;

/// <summary>Which RabbitMQ server the broker in memory imitates.</summary>
public sealed class ImitatedServerTests
{
    [Theory, Trait("Spec", "FV4")]
    [InlineData("3.10")]
    [InlineData("4.0.5")]
    [InlineData("4.3")]
    public async Task The_broker_in_memory_imitates_the_server_that_the_configuration_names(string version)
    {
        using var broker = new InMemoryBroker();

        await using var first = await MessageBus.StartAsync(m => m.UseInMemory(broker).AddTopology(Topology.WorkQueue("q")).UseConfiguration(
            Section(("InMemory:RabbitMqVersion", version))), TestContext.Current.CancellationToken);
        await using var second = await MessageBus.StartAsync(m => m.UseInMemory(broker).UseConfiguration(Section(("InMemory:RabbitMqVersion", version))),
            TestContext.Current.CancellationToken);

        broker.RabbitMqVersion.Should().Be(Version.Parse(version));
    }

    [Theory, Trait("Spec", "FV4")]
    [InlineData("3.9", "InMemory:RabbitMqVersion must be the version of a RabbitMQ server, 3.10 or later, like 4.3; it is '3.9'.")]
    [InlineData("newest", "InMemory:RabbitMqVersion must be the version of a RabbitMQ server, 3.10 or later, like 4.3; it is 'newest'.")]
    [InlineData("4.0", "InMemory:RabbitMqVersion is 4.0, but the broker is in use and behaves like 4.3: give all services that share it the same version.")]
    public async Task A_version_that_cannot_be_imitated_is_refused(string version, string problem)
    {
        using var broker = new InMemoryBroker();
        await using var other = await MessageBus.StartAsync(m => m.UseInMemory(broker).AddTopology(Topology.WorkQueue("q")),
            TestContext.Current.CancellationToken);

        var start = () => MessageBus.StartAsync(m => m.UseInMemory(broker).UseConfiguration(Section(("InMemory:RabbitMqVersion", version))),
            TestContext.Current.CancellationToken);

        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Failures.Should().Equal(problem);
    }

    [Fact, Trait("Spec", "FV4")]
    public void A_broker_in_memory_imitates_the_newest_server_and_none_that_is_older_than_3_10()
    {
        using var broker = new InMemoryBroker();
        broker.RabbitMqVersion.Should().Be(new Version(4, 3));

        FluentActions.Invoking(() => new InMemoryBroker(rabbitMqVersion: new Version(3, 9))).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*3.10 or later*3.9*");
    }

    private static IConfigurationRoot Section(params (string Key, string Value)[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build();
}
