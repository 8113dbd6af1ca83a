namespace TechCorp.Resilience.Tests;

public sealed class IdempotencyClaimTests
{
    [Fact]
    public void Only_an_acquired_claim_has_a_lease() => IdempotencyClaim.InDoubt.Invoking(c => c.Lease).Should().Throw<InvalidOperationException>()
        .WithMessage("Only an acquired claim has a lease; this one is InDoubt.");

    [Fact]
    public void Only_a_replay_has_an_outcome() => IdempotencyClaim.Mismatch.Invoking(c => c.Outcome).Should().Throw<InvalidOperationException>()
        .WithMessage("Only a replay has an outcome; this claim is Mismatch.");

    [Fact]
    public void An_expired_lease_leaves_nothing_to_wait_for()
    {
        IdempotencyClaim.InProgress(TimeSpan.FromSeconds(-1)).RetryAfter.Should().Be(TimeSpan.Zero);
        IdempotencyClaim.InProgress(TimeSpan.FromSeconds(1)).RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
    }
}
