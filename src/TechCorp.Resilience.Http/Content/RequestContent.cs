using System.Net.Http.Headers;

namespace TechCorp.Resilience.Http;

/// <summary>The content of a request that may be sent more than once: each attempt gets a fresh one with the same bytes and headers.</summary>
internal sealed class RequestContent
{
    private readonly HttpContent _given;
    private readonly KeyValuePair<string, HeaderStringValues>[] _headers;
    private ReadOnlyMemory<byte>? _kept;
    private SpillStream? _spill;
    private Task? _writing;

    private RequestContent(HttpContent given)
    {
        _given = given;
        _headers = [.. given.Headers.NonValidated];
    }

    /// <summary>Whether it is too large to be kept, so that it can be sent once.</summary>
    internal bool IsTooLarge => _spill is not null;

    /// <summary>Takes over a content that holds its bytes or makes them; one that makes them is written here, once.</summary>
    /// <param name="given">The caller's content, not larger than the bound as far as it says.</param>
    /// <param name="bound">The most bytes that are kept.</param>
    /// <param name="blocks">Whether the caller's thread is held.</param>
    /// <param name="cancellationToken">Ends the wait, also for a content that does not look at it.</param>
    internal static async ValueTask<RequestContent> TakeAsync(HttpContent given, int bound, bool blocks, CancellationToken cancellationToken)
    {
        var content = new RequestContent(given);
        if (ContentKinds.Of(given) == ContentKind.HoldsBytes)
        {
            return content;
        }

        var spill = new SpillStream(bound);
        var writing = blocks
            ? Task.Run(() => given.CopyTo(spill, context: null, cancellationToken), cancellationToken)
            : given.CopyToAsync(spill, cancellationToken);
        try
        {
            if (blocks)
            {
                Task.WaitAny([writing, spill.Full], cancellationToken);
            }
            else
            {
                await Task.WhenAny(writing, spill.Full).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            spill.Abandon();
            Observe(writing);
            throw;
        }

        content.Keep(spill, writing);
        return content;
    }

    /// <summary>The content of the next attempt.</summary>
    internal HttpContent Next()
    {
        HttpContent next = _spill is not null ? new SpilledContent(_given, _spill, _writing!)
            : _kept is { } bytes ? new ReadOnlyMemoryContent(bytes)
            : new SharedContent(_given);
        foreach (var (name, values) in _headers)
        {
            next.Headers.TryAddWithoutValidation(name, values);
        }

        return next;
    }

    /// <summary>The request has ended: a writer that still waits for a connection fails, unseen.</summary>
    internal void End()
    {
        _spill?.Abandon();
        Observe(_writing);
    }

    private static void Observe(Task? writing)
        => writing?.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private void Keep(SpillStream spill, Task writing)
    {
        if (writing.IsCompleted)
        {
            writing.GetAwaiter().GetResult();
            _kept = spill.Kept;
            return;
        }

        (_spill, _writing) = (spill, writing);
    }
}
