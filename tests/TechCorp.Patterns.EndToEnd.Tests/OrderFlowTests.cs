using TechCorp.Patterns.Contracts;

namespace TechCorp.Patterns.EndToEnd.Tests;

[Collection("OrderFlow")]
public sealed class OrderFlowTests
{
    private const string Held = "OrderFlow: orders=20 completed=17 compensated=3 refunded=1 lost=0 duplicate_effects=0 dead_lettered=1 "
        + "redriven=1 images=3 invariants=held";

    [Fact]
    public async Task The_embedded_run_ends_with_the_line_of_the_contract()
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow");

        run.LastLine.Should().Be(Held, string.Join('\n', run.Output.Concat(run.Errors)));
        run.ExitCode.Should().Be(0);
        run.Errors.Should().BeEmpty();
    }

    [Fact, Trait("Spec", "SG6"), Trait("Spec", "SG9"), Trait("Spec", "SG10"), Trait("Spec", "RY4"), Trait("Spec", "CN16")]
    public async Task On_RabbitMQ_and_PostgreSQL_the_same_run_ends_with_the_same_line()
    {
        await using var ground = await FreshGround.PrepareAsync();
        await using var run = await SampleProcess.RunAsync("OrderFlow", ground.OnPostgres);

        run.LastLine.Should().Be(Held, string.Join('\n', run.Output.Concat(run.Errors)));
        run.ExitCode.Should().Be(0);
        run.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task On_RabbitMQ_and_SQLite_the_same_run_ends_with_the_same_line()
    {
        await using var ground = await FreshGround.PrepareAsync();
        await using var run = await SampleProcess.RunAsync("OrderFlow", ground.OnSqlite);

        run.LastLine.Should().Be(Held, string.Join('\n', run.Output.Concat(run.Errors)));
        run.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task An_effect_that_is_applied_twice_breaks_the_invariants_and_the_exit_code()
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow", "--orders", "3", "--mutate", "double-charge");

        run.LastLine.Should().Contain("duplicate_effects=3").And.EndWith("invariants=broken", string.Join('\n', run.Output.Concat(run.Errors)));
        run.ExitCode.Should().Be(1);
    }

    [Safeguard("Each order's end is compared with the script", SwitchedOff = "`ScriptAudit` not run")]
    [Fact]
    public async Task An_order_that_ends_otherwise_than_the_script_says_breaks_the_run_and_is_named()
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow", "--orders", "3", "--mutate", "decline-all");

        run.LastLine.Should().Contain("completed=0 compensated=3").And.Contain("lost=0 duplicate_effects=0").And.EndWith("invariants=broken");
        run.Errors.Should().Contain(line => line.StartsWith("broken: order 1 (", StringComparison.Ordinal)).And.HaveCount(3);
        run.ExitCode.Should().Be(1);
    }

    [Safeguard("A time-out breaks the run and names the order", SwitchedOff = "the drivers' faults left out of the verdict")]
    [Fact]
    public async Task An_order_that_does_not_end_in_time_breaks_the_run_and_is_named()
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow", "--orders", "1", "--mutate", "stall", "--wait-timeout", "1");

        run.LastLine.Should().EndWith("invariants=broken");
        run.Errors.Should().Contain(
            error => error.StartsWith("broken: order 1 (", StringComparison.Ordinal)
                && error.EndsWith("did not end within 1 s", StringComparison.Ordinal), "embedded, nothing is left to resume");
        run.ExitCode.Should().Be(1);
    }

    [Fact]
    public async Task A_photo_of_the_user_is_resized()
    {
        await using var run = await SampleProcess.RunAsync("OrderFlow", "--orders", "1", "--image", Path.Combine(Repository.Root, "eng", "icon.png"));

        run.LastLine.Should()
            .Be("OrderFlow: orders=1 completed=1 compensated=0 refunded=0 lost=0 duplicate_effects=0 dead_lettered=1 redriven=1 images=3 invariants=held");
    }

    [Fact]
    public async Task Services_that_are_kept_running_stop_on_a_termination_signal()
    {
        await using var run = SampleProcess.Start("OrderFlow", "--orders", "1", "--serve");
        await Eventually.Holds(() => run.Output.Any(line => line.StartsWith("serving until", StringComparison.Ordinal)),
            "the run has ended and the services keep running");

        using var client = new HttpClient();
        foreach (var address in run.Output.Single(line => line.StartsWith("serving until", StringComparison.Ordinal)).Split(' ')
            .Where(word => word.StartsWith("http", StringComparison.Ordinal)))
        {
            using var content = new ByteArrayContent([1, 2, 3]);
            // only the image service has it
            using var _ = await client.PutAsync(new Uri($"{address}/images/one-more"), content, TestContext.Current.CancellationToken);
        }

        run.Terminate();

        (await run.ExitAsync()).Should().Be(0, "requests after the run do not change its result");
        run.LastLine.Should().EndWith("invariants=held");
    }
}
