using System.Net;

namespace TechCorp.Patterns.EndToEnd.Tests;

public sealed class GatewaySwitchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("techcorp-e2e-");

    [Safeguard("The outage switch must be requested", SwitchedOff = "mapped always")]
    [Fact]
    public async Task A_payment_service_that_runs_alone_has_no_outage_switch()
    {
        await using var host = await PaymentHost.StartAsync(_folder.FullName, postgres: null);

        using var answer = await host.SetOutageAsync(true);
        using var charged = await host.ChargeAsync(["\"key-1\""]);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        charged.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
