using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.EndToEnd.Tests;

[Collection("OrderFlow")]
public sealed class OrderFlowResumeTests
{
    [Fact, Trait("Spec", "IN5"), Trait("Spec", "OW2"), Trait("Spec", "SG15")]
    public async Task Killed_on_PostgreSQL_and_resumed_it_loses_nothing_and_does_nothing_twice()
    {
        await using var ground = await FreshGround.PrepareAsync();
        await KillAndResumeAsync(ground.OnPostgres);
    }

    [Fact, Trait("Spec", "IN5"), Trait("Spec", "OW2"), Trait("Spec", "SG15")]
    public async Task Killed_on_SQLite_and_resumed_it_loses_nothing_and_does_nothing_twice()
    {
        await using var ground = await FreshGround.PrepareAsync();
        await KillAndResumeAsync(ground.OnSqlite);
    }

    // Killed as soon as a quarter of the orders has ended: others are under way.
    private static async Task KillAndResumeAsync(string[] options)
    {
        await using (var first = SampleProcess.Start("OrderFlow", options))
        {
            await Eventually.Holds(() => first.HasExited || first.Output.Any(line => line.StartsWith("orders ended:", StringComparison.Ordinal)),
                "some orders end");
            first.HasExited.Should().BeFalse(string.Join('\n', first.Output.Concat(first.Errors)));
            first.Kill();
            await first.ExitAsync();
        }

        await using var second = await SampleProcess.RunAsync("OrderFlow", [.. options, "--resume"]);

        second.LastLine.Should().Be(
            "OrderFlow: orders=20 completed=17 compensated=3 refunded=1 lost=0 duplicate_effects=0 dead_lettered=1 redriven=1 images=3 invariants=held",
            string.Join('\n', second.Output.Concat(second.Errors)));
        second.ExitCode.Should().Be(0);
    }
}
