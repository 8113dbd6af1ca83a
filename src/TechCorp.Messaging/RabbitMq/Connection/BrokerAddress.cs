namespace TechCorp.Messaging;

/// <summary>What may be shown of a node: everything of its URI except the password.</summary>
internal sealed record BrokerAddress(string Host, int Port, string VirtualHost, string User)
{
    internal static BrokerAddress Of(Uri uri)
    {
        var user = Uri.UnescapeDataString(uri.UserInfo.Split(':', 2)[0]);
        var path = uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : "/";
        var port = uri.Port > 0 ? uri.Port : uri.Scheme == "amqps" ? 5671 : 5672;
        return new BrokerAddress(uri.Host, port, path, user.Length == 0 ? "guest" : user);
    }

    /// <remarks>Of <c>user:password@host</c>, where the scheme was forgotten, the user is read as the scheme and the password as a part of the rest.</remarks>
    internal static string WithoutPassword(Uri? uri) => uri switch
    {
        null => "",
        { IsAbsoluteUri: false } => "(relative)",
        { Scheme: "amqp" or "amqps" or "http" or "https" } => $"{uri.Scheme}://{uri.Host}{uri.AbsolutePath}",
        _ => $"{uri.Scheme}:…",
    };

    public override string ToString() => $"rabbitmq://{Host}:{Port}/{(VirtualHost == "/" ? "" : VirtualHost)}";
}
