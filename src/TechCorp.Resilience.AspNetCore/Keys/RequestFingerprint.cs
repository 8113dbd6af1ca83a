using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TechCorp.Resilience.AspNetCore;

/// <summary>What a request is, beside its key: a hash of its address, the chosen headers and its body, byte for byte as it was sent.</summary>
internal static class RequestFingerprint
{
    internal static Fingerprint Of(HttpRequest request, IEnumerable<string> headers, ReadOnlySpan<byte> body)
        => Of($"{request.PathBase}{request.Path}{request.QueryString}", headers.Select(name => (name, request.Headers[name])), body);

    // Neither an address nor a header has a line break, and an empty line ends them, so that no part can be taken for another.
    internal static Fingerprint Of(string address, IEnumerable<(string Name, StringValues Values)> headers, ReadOnlySpan<byte> body)
    {
        var head = new StringBuilder(address).Append('\n');
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                head.Append(name.ToLowerInvariant()).Append(": ").Append(value).Append('\n');
            }
        }

        return Fingerprint.Of([.. Encoding.UTF8.GetBytes(head.Append('\n').ToString()), .. body]);
    }
}
