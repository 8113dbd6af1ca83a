using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>One instance of the author's class in its own scope, without its types. One caller at a time.</summary>
internal abstract class SagaSession(AsyncServiceScope scope) : IAsyncDisposable
{
    /// <summary>Code that observes its token gets this time to leave the connection, before the transaction is rolled back under it.</summary>
    private protected static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private Task _abandoned = Task.CompletedTask;

    internal abstract bool IsLocal(int ordinal);

    /// <summary>Reads the state; throws where it cannot be read.</summary>
    internal abstract void Check(string data);

    internal abstract Task<SagaResult> ActAsync(int ordinal, SagaCall call, string data, CancellationToken cancellationToken);

    internal abstract Task<SagaResult> QueryAsync(int ordinal, SagaCall call, string data, CancellationToken cancellationToken);

    internal abstract Task<SagaResult> UndoAsync(int ordinal, SagaCall call, string data, CancellationToken cancellationToken);

    /// <summary>A local step: its writes are in the transaction, which commits only if the report is a success.</summary>
    internal abstract Task<SagaResult> LocalAsync(int ordinal, SagaCall call, string data, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>The author's part in the end of the saga.</summary>
    internal abstract Task<SagaResult> EndAsync(SagaStatus status, SagaCall call, string data, DbTransaction transaction, CancellationToken cancellationToken);

    /// <summary>The scope lives until code that ignored its token has ended too.</summary>
    public ValueTask DisposeAsync()
    {
        if (_abandoned.IsCompleted)
        {
            return scope.DisposeAsync();
        }

        _ = _abandoned.ContinueWith(_ => scope.DisposeAsync().AsTask(), TaskScheduler.Default);
        return default;
    }

    /// <summary>Waits for the author's code until the token ends, even if the code ignores it.</summary>
    private protected async Task<T> WithinAsync<T>(Task<T> code, CancellationToken cancellationToken, TimeSpan grace = default)
    {
        try
        {
            return await code.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (grace > TimeSpan.Zero && !code.IsCompleted)
        {
            return await code.WaitAsync(grace, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            if (!code.IsCompleted)
            {
                _abandoned = Task.WhenAll(_abandoned, code.ContinueWith(static t => t.Exception, TaskScheduler.Default));
            }
        }
    }
}
