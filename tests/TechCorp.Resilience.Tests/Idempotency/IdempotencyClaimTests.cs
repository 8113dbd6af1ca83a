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
    public void Outcomes_are_equal_by_the_bytes_of_their_payloads_so_claims_are_too()
    {
        var outcome = new StoredOutcome(Failed: false, "receipt", new byte[] { 1, 2 });
        var same = outcome with { Payload = new byte[] { 1, 2 } };

        (IdempotencyClaim.Replay(same) == IdempotencyClaim.Replay(outcome)).Should().BeTrue();
        same.GetHashCode().Should().Be(outcome.GetHashCode());
        (outcome with { Payload = new byte[] { 1, 3 } } == outcome).Should().BeFalse();
        (outcome with { TypeTag = "receipt.v2" } == outcome).Should().BeFalse();
        (outcome with { Failed = true } == outcome).Should().BeFalse();
    }

    [Fact]
    public void An_expired_lease_leaves_nothing_to_wait_for()
    {
        IdempotencyClaim.InProgress(TimeSpan.FromSeconds(-1)).RetryAfter.Should().Be(TimeSpan.Zero);
        IdempotencyClaim.InProgress(TimeSpan.FromSeconds(1)).RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
    }
}
