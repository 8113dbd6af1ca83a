namespace TechCorp.Resilience.Tests;

/// <summary>An exception says what happened, to what, and what the caller may do.</summary>
public sealed class IdempotencyMessagesTests
{
    private static readonly IdempotencyKey Key = new("acme", "17");

    [Fact]
    public void An_unknown_completion() => IdempotencyException.CompletionUnknown(Key, new IOException()).Message.Should().Be(
        "The operation 'acme:17' has run, but whether its outcome was stored is not known. It may run again when its lease ends.");

    [Fact]
    public void A_key_in_doubt() => IdempotencyException.InDoubt(Key).Message.Should().Be(
        "Whether the operation 'acme:17' had its effect is not known; it was not run again. Find out, then call ResolveAsync or ForgetAsync.");

    [Fact]
    public void A_lost_lease() => IdempotencyException.LeaseLost(Key).Message.Should().Be(
        "The lease of 'acme:17' was lost while the operation ran; its outcome was not stored. Call again with the same key.");

    [Fact]
    public void Another_request() => IdempotencyException.Mismatch(Key).Message.Should().Be(
        "The key 'acme:17' was used for another request; nothing was run. Use a new key for a new request.");

    [Fact]
    public void A_stored_failure() => IdempotencyException.StoredFailure(Key, "IOException", "disk").Message.Should().Be(
        "The operation 'acme:17' failed in an earlier call and was not run again: disk");

    [Fact]
    public void An_operation_without_a_result_is_stored_under_a_tag_that_stays() => NoResultSerializer.Instance.TypeTag.Should().Be("none");

    [Fact]
    public void A_result_that_cannot_be_read() => IdempotencyException.UnreadableResult(Key, "v1", "v2").Message.Should().Be(
        "The stored result of 'acme:17' has the type tag 'v1' and cannot be read as 'v2'; the operation was not run again.");
}
