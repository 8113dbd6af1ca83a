using Npgsql;

namespace TechCorp.Outbox.Tests;

/// <summary>The PostgreSQL server that the tests of this project run against; <c>docs/compatibility.md</c> says which.</summary>
public sealed class SupportedPostgreSqlTests
{
    private const int Oldest = 15;

    [Fact, Trait("Spec", "FV7")]
    public async Task The_server_of_the_run_is_a_supported_one_and_the_one_that_was_announced()
    {
        await using var connection = new NpgsqlConnection(PostgreSqlDatabase.Server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        connection.PostgreSqlVersion.Major.Should().BeGreaterThanOrEqualTo(Oldest);
        var reported = connection.ServerVersion.Split(' ')[0];
        reported.Should().Be(Environment.GetEnvironmentVariable("TECHCORP_POSTGRES_VERSION") ?? reported,
            "eng/services.sh sets the variable to the version of the server that it has started, for the reports");
    }
}
