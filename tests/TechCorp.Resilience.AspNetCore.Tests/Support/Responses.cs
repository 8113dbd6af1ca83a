using System.Text;

namespace TechCorp.Resilience.AspNetCore.Tests;

internal static class Responses
{
    internal static bool IsReplay(this HttpResponseMessage response) => response.Headers.Contains("Idempotency-Replayed");

    internal static Task<string> TextAsync(this HttpResponseMessage response)
        => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>Status, headers and body, without what belongs to the connection or is different by design.</summary>
    internal static async Task<string> DescribeAsync(this HttpResponseMessage response, params string[] without)
    {
        var text = new StringBuilder($"{(int)response.StatusCode} {response.ReasonPhrase}\n");
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated).OrderBy(header => header.Key))
        {
            if (name is not ("Date" or "Idempotency-Replayed") && !without.Contains(name))
            {
                text.Append(name).Append(": ").AppendJoin(" | ", values).Append('\n');
            }
        }

        return text.Append(Convert.ToHexString(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))).ToString();
    }
}
