using Microsoft.Extensions.Logging.Abstractions;

namespace TechCorp.Resilience.Tests;

/// <summary>What a retry asks before it waits: whether the circuit would reject it then.</summary>
public sealed class SureRejectionTests
{
    private readonly TestClock _clock = new();
    private readonly Circuit _circuit;

    public SureRejectionTests() => _circuit = new Circuit("stock", new CircuitBreakerOptions(), _clock, NullLogger.Instance);

    [Fact]
    public void A_closed_circuit_has_none() => _circuit.SureRejection().IsNone.Should().BeTrue();

    [Fact]
    public void An_open_circuit_rejects_until_it_may_recover()
    {
        Open();
        _clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));

        _circuit.SureRejection().RetryAfter.Should().Be(TimeSpan.FromTicks(1));
        _clock.Advance(TimeSpan.FromTicks(1));
        _circuit.SureRejection().IsNone.Should().BeTrue("the next call may be the probe");
    }

    [Fact]
    public void A_half_open_circuit_is_not_sure()
    {
        Open();
        _clock.Advance(TimeSpan.FromSeconds(30));

        _circuit.TryEnter(out _, out _).Should().BeTrue();

        _circuit.SureRejection().IsNone.Should().BeTrue();
    }

    [Fact]
    public void An_isolated_circuit_rejects_without_end()
    {
        _circuit.Isolate();

        _circuit.SureRejection().RetryAfter.Should().Be(TimeSpan.MaxValue);
    }

    private void Open()
    {
        for (var i = 0; i < 5; i++)
        {
            _circuit.TryEnter(out var permit, out _).Should().BeTrue();
            permit.RecordFailure();
        }
    }
}
