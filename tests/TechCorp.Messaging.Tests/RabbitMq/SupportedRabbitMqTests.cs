using System.Text;
using RabbitMQ.Client;

namespace TechCorp.Messaging.Tests;

/// <summary>The server that the tests of this project run against; <c>docs/compatibility.md</c> says which.</summary>
public sealed class SupportedRabbitMqTests
{
    private static readonly Version Oldest = new(3, 10);

    [Fact, Trait("Spec", "FV7")]
    public async Task The_server_of_the_run_is_a_supported_one_and_the_one_that_was_announced()
    {
        var reported = await ReportedAsync();

        Version.Parse(reported).Should().BeGreaterThanOrEqualTo(Oldest);
        reported.Should().Be(Environment.GetEnvironmentVariable("TECHCORP_RABBITMQ_VERSION") ?? reported,
            "eng/services.sh sets the variable to the version of the server that it has started, for the reports");
    }

    private static async Task<string> ReportedAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = RabbitMqServer.Uri }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString((byte[])connection.ServerProperties!["version"]!);
    }
}
