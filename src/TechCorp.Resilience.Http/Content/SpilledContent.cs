using System.Net;

namespace TechCorp.Resilience.Http;

/// <summary>A content that is being written and turned out to be too large to be kept: sent in one attempt, while it is written.</summary>
/// <remarks>An inner handler may write it again within the attempt, after a redirect or a challenge. The caller's content is then asked to, as it would be
/// without a pipeline.</remarks>
internal sealed class SpilledContent(HttpContent given, SpillStream spill, Task writing) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => spill.ContinueTo(stream) ? writing.WaitAsync(cancellationToken) : given.CopyToAsync(stream, context, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (spill.ContinueTo(stream))
        {
            writing.Wait(cancellationToken);
        }
        else
        {
            given.CopyTo(stream, context, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
