namespace TechCorp.Resilience.Tests;

public sealed class CallbackErrorTests
{
    private readonly ListLogger _log = new();

    [Fact]
    public void It_is_logged_and_given_to_the_sink()
    {
        var broken = new FormatException();
        Exception? received = null;

        CallbackError.Report(_log, exception => received = exception, broken, "OnRetry", "gateway");

        received.Should().BeSameAs(broken);
        _log.Entries.Should().Equal("1001 The callback OnRetry of 'gateway' threw; the call continued without it.");
    }

    [Fact]
    public void A_callback_for_errors_that_throws_changes_no_call()
        => FluentActions.Invoking(() => CallbackError.Report(_log, static _ => throw new FormatException(), new FormatException(), "OnRetry", "gateway"))
            .Should().NotThrow();
}
