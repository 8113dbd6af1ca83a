using System.Text;
using TechCorp.Resilience;

namespace TechCorp.Patterns.Contracts;

/// <summary>The rules of <see cref="IIdempotencyStore"/> that any backend could break. A backend writes one line: <c>class XContract :
/// IdempotencyStoreContract&lt;X&gt;;</c></summary>
public abstract partial class IdempotencyStoreContract<TBackend> : IAsyncLifetime
    where TBackend : IIdempotencyBackend, new()
{
    private static readonly IdempotencyKey Key = new("acme/payments", "charge-17");
    private static readonly Fingerprint Request = Fingerprint.Of("order 17, 5 EUR");
    private static readonly Fingerprint OtherRequest = Fingerprint.Of("order 17, 6 EUR");
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);
    private static readonly StoredOutcome Receipt = new(Failed: false, "receipt", Encoding.UTF8.GetBytes("{\"id\":\"r-é-1\"}"));

    private readonly TBackend _backend = new();

    private IIdempotencyStore Store => _backend.Store;

    public async ValueTask InitializeAsync() => await _backend.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _backend.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static IdempotencyClaimRequest RequestFor(
        IdempotencyKey? key = null,
        Fingerprint? fingerprint = null,
        Guid? owner = null,
        TimeSpan? retention = null)
        => new(key ?? Key, fingerprint ?? Request, owner ?? Guid.CreateVersion7(), Lease, retention ?? Retention);

    private async Task<IdempotencyLease> Claim(IdempotencyClaimRequest? request = null)
    {
        var claim = await Store.TryBeginAsync(request ?? RequestFor());
        claim.Status.Should().Be(IdempotencyClaimStatus.Acquired);
        return claim.Lease;
    }

    private async Task<IdempotencyClaimStatus> StatusOf(IdempotencyClaimRequest request) => (await Store.TryBeginAsync(request)).Status;

    private async Task Complete(IdempotencyLease lease, StoredOutcome? outcome = null)
        => (await Store.CompleteAsync(lease, outcome ?? Receipt, Retention)).Should().BeTrue();

    private async Task ShouldReplay(StoredOutcome expected)
    {
        var claim = await Store.TryBeginAsync(RequestFor());
        claim.Status.Should().Be(IdempotencyClaimStatus.Replay);
        claim.Outcome.Failed.Should().Be(expected.Failed);
        claim.Outcome.TypeTag.Should().Be(expected.TypeTag);
        claim.Outcome.Payload.ToArray().Should().Equal(expected.Payload.ToArray());
    }
}
