using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Resilience.Tests;

public sealed class SafeLoggerTests
{
    [Safeguard("A logged exception is scrubbed", SwitchedOff = "`SafeLogger.Log` passes the exception on")]
    [Fact, Trait("Spec", "FH3")]
    public void An_exception_with_a_secret_is_logged_with_its_stack_and_without_the_secret()
    {
        var logged = Logged(Thrown("login failed: password=hunter2"));

        logged.Should().NotBeNull();
        logged!.Message.Should().Be("InvalidOperationException: login failed: password=***");
        logged.ToString().Should().Contain("password=***").And.Contain(nameof(Thrown)).And.NotContain("hunter2");
        logged.StackTrace.Should().Contain(nameof(Thrown));
    }

    [Fact, Trait("Spec", "FH3")]
    public void A_secret_of_an_inner_exception_is_removed_too()
        => Logged(new InvalidOperationException("outer", Thrown("amqp://app:hunter2@broker/vh is down")))!.ToString().Should().NotContain("hunter2");

    [Fact, Trait("Spec", "FH3")]
    public void A_long_exception_is_cut() => Logged(Thrown(new string('x', 100_000)))!.ToString().Length.Should().BeLessThanOrEqualTo(8 * 1024);

    [Fact]
    public void Any_other_exception_is_logged_as_it_is()
    {
        var exception = Thrown("order 7 was not found");

        Logged(exception).Should().BeSameAs(exception);
    }

    [Safeguard("What a wrapped logger throws is dropped", SwitchedOff = "`SafeLogger` catches nothing")]
    [Fact]
    public void A_logger_that_throws_changes_nothing()
    {
        var logger = SafeLogger.Of(new Throwing());

        logger.IsEnabled(LogLevel.Error).Should().BeFalse();
        logger.BeginScope("scope").Should().BeNull();
        logger.Invoking(l => l.Log(LogLevel.Error, default, 0, null, static (_, _) => "")).Should().NotThrow();
    }

    [Fact]
    public void A_logger_is_wrapped_once_and_none_stays_none()
    {
        var logger = SafeLogger.Of(new Throwing());

        SafeLogger.Of(logger).Should().BeSameAs(logger);
        SafeLogger.Of(null).Should().BeSameAs(NullLogger.Instance);
        SafeLogger.ScrubbingOnly(NullLogger.Instance).Should().BeSameAs(NullLogger.Instance);
        SafeLogger.ScrubbingOnly(new Throwing()).Invoking(l => l.IsEnabled(LogLevel.Error)).Should().Throw<NotSupportedException>();
    }

    private static Exception? Logged(Exception exception)
    {
        var logger = new Recording();
        SafeLogger.ScrubbingOnly(logger).Log(LogLevel.Error, default, 0, exception, static (_, _) => "");
        return logger.Exception;
    }

    private static InvalidOperationException Thrown(string message)
    {
        try
        {
            throw new InvalidOperationException(message);
        }
        catch (InvalidOperationException exception)
        {
            return exception;
        }
    }

    private sealed class Recording : ILogger
    {
        internal Exception? Exception { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Exception = exception;
    }

    private sealed class Throwing : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => throw new NotSupportedException();

        public bool IsEnabled(LogLevel logLevel) => throw new NotSupportedException();

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => throw new NotSupportedException();
    }
}
