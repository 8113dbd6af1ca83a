using System.Net;

namespace TechCorp.Resilience.Http;

/// <summary>The content of one attempt: writes what the caller's content holds, which lives on when an inner handler disposes of the attempt's.</summary>
internal sealed class SharedContent(HttpContent given) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => given.CopyToAsync(stream, context);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => given.CopyToAsync(stream, context, cancellationToken);

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        => given.CopyTo(stream, context, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = given.Headers.ContentLength ?? 0;
        return given.Headers.ContentLength is not null;
    }
}
