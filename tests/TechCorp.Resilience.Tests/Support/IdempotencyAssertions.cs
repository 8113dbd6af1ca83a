using FluentAssertions.Specialized;

namespace TechCorp.Resilience.Tests;

internal static class IdempotencyAssertions
{
    public static async Task<ExceptionAssertions<IdempotencyException>> ThrowIdempotencyExceptionAsync<TTask, TAssertions>(
        this AsyncFunctionAssertions<TTask, TAssertions> call,
        IdempotencyFailureReason reason)
        where TTask : Task
        where TAssertions : AsyncFunctionAssertions<TTask, TAssertions>
    {
        var thrown = await call.ThrowAsync<IdempotencyException>();
        thrown.Which.Reason.Should().Be(reason);
        return thrown;
    }
}
