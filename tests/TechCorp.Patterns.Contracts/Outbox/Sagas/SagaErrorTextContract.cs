using Microsoft.Extensions.Logging;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Patterns.Contracts;

/// <summary>What is kept and logged of the errors of a step.</summary>
public abstract class SagaErrorTextContract<TDatabase> : SagaContract<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Leaking = "login failed: password=hunter2 \0 \uD83D";

    private readonly ListLogger _logger = new();

    [Theory, Trait("Spec", "FH3")]
    [InlineData("throw", false), InlineData("throw", true), InlineData("reject", false), InlineData("reject", true)]
    [InlineData("later", false), InlineData("pending", false), InlineData("throw inner", false)]
    public async Task A_secret_in_the_error_of_a_step_reaches_no_log_no_table_and_no_snapshot(string way, bool local)
    {
        await RunAsync(steps => _ = local
            ? steps.LocalStep("a", (_, _) => EndAsync(way))
            : steps.Step("a", (_, _) => EndAsync(way)));

        await NothingLeakedAsync(hasError: true);
    }

    [Fact, Trait("Spec", "FH3")]
    public async Task Nor_does_one_in_the_error_of_a_compensation()
    {
        Options.MaxCompensationAttempts = 1;
        await RunAsync(steps => steps
            .Step("a", (_, _) => Task.FromResult(StepOutcome.Success()), (_, _) => throw new InvalidOperationException(Leaking))
            .Step("b", (_, _) => Task.FromResult(StepOutcome.Rejected("no"))));

        await NothingLeakedAsync(hasError: true);
    }

    [Fact, Trait("Spec", "FH3")]
    public async Task Nor_does_one_in_the_error_of_the_end()
    {
        await RunAsync(steps => steps
            .Step("a", (_, _) => Task.FromResult(StepOutcome.Success()))
            .OnCompleted(_ => throw new InvalidOperationException(Leaking)));

        await NothingLeakedAsync(hasError: false);
    }

    private static Task<StepOutcome> EndAsync(string way) => way switch
    {
        "throw" => throw new InvalidOperationException(Leaking),
        "throw inner" => throw new InvalidOperationException("outer", new InvalidOperationException(Leaking)),
        "later" => throw new RetryLaterException(Leaking, TimeSpan.FromMinutes(1)),
        "pending" => Task.FromResult(StepOutcome.Pending(TimeSpan.FromMinutes(1), Leaking)),
        _ => Task.FromResult(StepOutcome.Rejected(Leaking)),
    };

    private async Task RunAsync(Action<SagaSteps<ProbeState>> define)
    {
        Logger = _logger;
        var process = Process(new SagaRegistration<ProbeState>(_ => new ProbeSaga(define), SagaJson.Default.ProbeState));
        await process.StartAsync("p-1", new ProbeState(""), Cancel);
        for (var round = 0; round < 3; round++)
        {
            await process.IdleAsync().WaitAsync(Watchdog, Cancel);
            await Db.AgeAsync(Options.LeaseDuration);
            await process.Worker.RunDueAsync(Cancel);
        }

        await process.IdleAsync().WaitAsync(Watchdog, Cancel);
        _snapshot = await process.FindAsync<ProbeState>("p-1", Cancel);
    }

    private SagaSnapshot? _snapshot;

    private async Task NothingLeakedAsync(bool hasError)
    {
        var reasons = await Db.QueryAsync<string?>("select reason from {saga} union all select last_error from {saga_step}");
        string?[] texts = [.. reasons, _snapshot!.Reason, .. _snapshot.Steps.Select(step => step.LastError), .. _logger.Entries];
        texts.OfType<string>().Should().NotContain(text => text.Contains("hunter2", StringComparison.Ordinal) || text.Contains('\0', StringComparison.Ordinal));
        _logger.Entries.Should().NotBeEmpty();
        if (hasError)
        {
            reasons.Should().Contain(text => text != null && text.Length > 0, "the rest of the error is kept");
        }
    }

    private sealed class ListLogger : ILogger
    {
        internal List<string> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Entries)
            {
                Entries.Add($"{eventId.Id} {formatter(state, exception)} {exception}");
            }
        }
    }
}
