using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

public abstract partial class IdempotencyStoreContract<TBackend>
{
    [Fact, Trait("Spec", "ID1")]
    public async Task The_first_claim_of_a_key_is_acquired()
    {
        var owner = Guid.CreateVersion7();

        var lease = await Claim(RequestFor(owner: owner));

        lease.Key.Should().Be(Key);
        lease.Owner.Should().Be(owner);
        lease.Attempt.Should().Be(1);
    }

    [Fact, Trait("Spec", "ID4")]
    public async Task A_key_that_is_held_is_in_progress_for_others_for_the_rest_of_the_lease()
    {
        await Claim();
        await _backend.AdvanceAsync(TimeSpan.FromSeconds(10));

        var claim = await Store.TryBeginAsync(RequestFor());

        claim.Status.Should().Be(IdempotencyClaimStatus.InProgress);
        claim.RetryAfter.Should().BeGreaterThan(TimeSpan.FromSeconds(15)).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(20));
    }

    [Fact, Trait("Spec", "ID20")]
    public async Task Of_many_claims_at_once_one_is_acquired_and_the_others_are_in_progress()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = new IdempotencyKey("race", $"{round}");

            var claims = await Task.WhenAll(
                Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await Store.TryBeginAsync(RequestFor(key)))));

            claims.Count(c => c.Status == IdempotencyClaimStatus.Acquired).Should().Be(1);
            claims.Count(c => c.Status == IdempotencyClaimStatus.InProgress).Should().Be(15);
        }
    }

    [Fact, Trait("Spec", "ID20")]
    public async Task Of_many_claims_on_an_expired_lease_one_takes_over_the_record()
    {
        var dead = await Claim();
        await _backend.AdvanceAsync(Lease);

        var claims = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(async () => await Store.TryBeginAsync(RequestFor()))));

        claims.Where(c => c.Status == IdempotencyClaimStatus.Acquired).Should().ContainSingle().Which.Lease.Fence.Should().Be(dead.Fence + 1);
    }

    [Fact, Trait("Spec", "ID5")]
    public async Task Another_request_under_a_finished_key_is_a_mismatch()
    {
        await Complete(await Claim());

        (await StatusOf(RequestFor(fingerprint: OtherRequest))).Should().Be(IdempotencyClaimStatus.Mismatch);
        await ShouldReplay(Receipt);
    }

    [Fact, Trait("Spec", "ID6")]
    public async Task Another_request_under_a_held_key_is_a_mismatch()
    {
        await Claim();

        (await StatusOf(RequestFor(fingerprint: OtherRequest))).Should().Be(IdempotencyClaimStatus.Mismatch);
    }

    [Fact, Trait("Spec", "ID6")]
    public async Task Another_request_does_not_take_over_a_dead_claim_either()
    {
        await Claim();
        await _backend.AdvanceAsync(Lease);

        (await StatusOf(RequestFor(fingerprint: OtherRequest))).Should().Be(IdempotencyClaimStatus.Mismatch);
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Fact, Trait("Spec", "ID7")]
    public async Task The_same_value_in_another_scope_is_another_key()
    {
        await Complete(await Claim());

        (await StatusOf(RequestFor(new IdempotencyKey("globex/payments", Key.Value)))).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Theory, Trait("Spec", "ID7")]
    [InlineData("Charge-17")]
    [InlineData("charge-17 ")]
    [InlineData("chargé-17")]
    public async Task Keys_that_differ_in_case_blanks_or_accents_are_different(string other)
    {
        await Claim();

        (await StatusOf(RequestFor(new IdempotencyKey(Key.Scope, other)))).Should().Be(IdempotencyClaimStatus.Acquired);
    }

    [Fact, Trait("Spec", "ID23")]
    public async Task The_longest_key_fits()
    {
        var longest = new IdempotencyKey(new string('s', IdempotencyKey.MaxLength), new string('ж', IdempotencyKey.MaxLength));

        await Complete(await Claim(RequestFor(longest)));

        (await StatusOf(RequestFor(longest))).Should().Be(IdempotencyClaimStatus.Replay);
    }

    [Fact, Trait("Spec", "ID4")]
    public async Task A_claim_asked_for_again_by_its_owner_is_the_same_claim_with_a_new_lease()
    {
        var owner = Guid.CreateVersion7();
        var first = await Claim(RequestFor(owner: owner));
        await _backend.AdvanceAsync(TimeSpan.FromSeconds(20));

        var again = await Claim(RequestFor(owner: owner));
        await _backend.AdvanceAsync(TimeSpan.FromSeconds(20));

        again.Should().Be(first);
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.InProgress);
    }

    [Fact]
    public async Task A_request_without_fingerprint_matches_only_itself()
    {
        await Claim(RequestFor(fingerprint: Fingerprint.None));

        (await StatusOf(RequestFor(fingerprint: Fingerprint.None))).Should().Be(IdempotencyClaimStatus.InProgress);
        (await StatusOf(RequestFor())).Should().Be(IdempotencyClaimStatus.Mismatch);
    }
}
