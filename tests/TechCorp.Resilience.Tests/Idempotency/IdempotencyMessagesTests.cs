namespace TechCorp.Resilience.Tests;

/// <summary>An exception says what happened, to what, and what the caller may do.</summary>
public sealed class IdempotencyMessagesTests
{
    private static readonly IdempotencyKey Key = new("acme", "17");

    [Fact]
    public void An_unknown_completion() => new CompletionUnknownException(Key, new IOException()).Message.Should().Be(
        "The operation 'acme:17' has run, but whether its outcome was stored is not known. It may run again when its lease is over.");

    [Fact]
    public void A_key_in_doubt() => new IdempotencyInDoubtException(Key).Message.Should().Be(
        "Whether the operation 'acme:17' had its effect is not known; it was not run again. Find out and call ResolveAsync.");

    [Fact]
    public void A_lost_lease() => new IdempotencyLeaseLostException(Key, innerException: null).Message.Should().Be(
        "The claim on 'acme:17' was lost while the operation ran; its outcome was not stored. Call again with the same key.");

    [Fact]
    public void Another_request() => new IdempotencyMismatchException(Key).Message.Should().Be(
        "The key 'acme:17' was used for another request; nothing was run. Use a new key for a new request.");

    [Fact]
    public void A_stored_failure() => new StoredFailureException(Key, "IOException", "disk").Message.Should().Be(
        "The operation 'acme:17' failed in an earlier call and was not run again: disk");

    [Fact]
    public void An_operation_without_a_result_is_stored_under_a_tag_that_stays() => NoResultSerializer.Instance.TypeTag.Should().Be("none");

    [Fact]
    public void A_result_that_cannot_be_read() => new StoredResultUnreadableException(Key, "v1", "v2", innerException: null).Message.Should().Be(
        "The stored result of 'acme:17' is a 'v1'; a 'v2' that can be read was expected. It was not run again.");
}
