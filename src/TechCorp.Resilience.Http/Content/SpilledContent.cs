using System.Net;

namespace TechCorp.Resilience.Http;

/// <summary>A content that is being written and turned out to be too large to be kept: sent once, while it is written.</summary>
internal sealed class SpilledContent(SpillStream spill, Task writing) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        SendTo(stream);
        return writing.WaitAsync(cancellationToken);
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        SendTo(stream);
        writing.Wait(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private void SendTo(Stream stream)
    {
        if (!spill.ContinueTo(stream))
        {
            throw new InvalidOperationException("The content was already sent; it is too large to be kept and cannot be sent again.");
        }
    }
}
