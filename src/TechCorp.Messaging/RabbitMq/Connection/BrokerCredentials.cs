using System.Net;

namespace TechCorp.Messaging;

/// <summary>Asks the service for the user and password of the next attempt to connect.</summary>
internal static class BrokerCredentials
{
    private const string Callback = $"{nameof(RabbitMqOptions)}.{nameof(RabbitMqOptions.Credentials)}";

    /// <returns>Null when the options leave that to the URI or to a client certificate.</returns>
    /// <exception cref="InvalidOperationException">The callback threw or returned null.</exception>
    internal static async Task<NetworkCredential?> AskAsync(RabbitMqOptions options, CancellationToken cancellationToken)
    {
        if (options.Credentials is not { } callback)
        {
            return null;
        }

        NetworkCredential? credential;
        try
        {
            credential = await callback(cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{Callback} failed ({ErrorText.MessageOf(exception)}); it is called again at the next attempt.", exception);
        }

        return credential ?? throw new InvalidOperationException($"{Callback} returned null instead of a user and password.");
    }
}
