using Microsoft.Extensions.Logging;

namespace TechCorp.Resilience.Tests;

public sealed class LoggedSecretsTests
{
    [Fact, Trait("Spec", "FH3")]
    public async Task A_secret_in_an_operations_exception_reaches_no_log()
    {
        var log = new Exceptions();
        var options = new ResiliencePipelineOptions
        {
            Retry = new() { MaxAttempts = 2, BaseDelay = TimeSpan.Zero },
            CircuitBreaker = new() { FailureThreshold = 2 },
        };
        var pipeline = ResiliencePipeline.Create("gateway", options, logger: log);
        var thrown = new InvalidOperationException("no login with password=hunter2");

        var outcome = await pipeline.TryExecuteAsync((_, _) => ValueTask.FromException<int>(thrown), 0);

        outcome.Exception.Should().BeSameAs(thrown, "the caller gets its own exception");
        log.Texts.Should().HaveCount(3,
            "the retry, its end and the circuit's change are logged").And.OnlyContain(text => text.Contains("password=***", StringComparison.Ordinal));
    }

    private sealed class Exceptions : ILogger
    {
        internal List<string> Texts { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Texts.Add($"{eventId.Id} {formatter(state, exception)} {exception}");
    }
}
