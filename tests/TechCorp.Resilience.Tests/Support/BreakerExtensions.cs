namespace TechCorp.Resilience.Tests;

internal static class BreakerExtensions
{
    public static CircuitPermit Enter(this CircuitBreaker breaker)
    {
        breaker.TryEnter(out var permit).Should().BeTrue("the circuit was expected to admit the call");
        return permit;
    }

    public static void Fail(this CircuitBreaker breaker, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            breaker.Enter().RecordFailure().Should().BeTrue();
        }
    }

    public static CircuitRejection Rejected(this CircuitBreaker breaker)
    {
        breaker.TryEnter(out _, out var rejection).Should().BeFalse("the circuit was expected to reject the call");
        return rejection;
    }
}
