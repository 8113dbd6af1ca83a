using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TechCorp.Messaging;

/// <summary>Judges the certificate that a node or its management API shows in one handshake, and keeps why it was refused.</summary>
internal sealed class ServerCertificateCheck(RabbitMqTlsOptions options, string serverName)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Why the certificate was refused; null while it was not.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>The client's callback; never throws.</summary>
    internal bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Problem(certificate as X509Certificate2, chain, errors) is { } problem
            ? $"the certificate of '{serverName}' is not trusted: {problem}{Description(certificate as X509Certificate2)}."
            : null;
        return Refusal is null;
    }

    private static string Description(X509Certificate2? certificate) => certificate is null
        ? ""
        : $" (subject '{certificate.Subject}', issuer '{certificate.Issuer}', valid until {certificate.NotAfter.ToUniversalTime():u})";

    private string? Problem(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "it sent none";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && !(options.ServerName is { } expected && certificate.MatchesHostname(expected)))
        {
            return $"it is issued for another host; set {nameof(RabbitMqTlsOptions.ServerName)} if the broker goes by another name";
        }

        return options.CertificateAuthorityFile is { } file ? ProblemOfChain(certificate, chain, file)
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? StatusOf(chain)
            : null;
    }

    private string? ProblemOfChain(X509Certificate2 certificate, X509Chain? sent, string file)
    {
        try
        {
            var authorities = TlsFiles.Authorities(file);
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
            chain.ChainPolicy.RevocationMode = options.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
            var problem = chain.Build(certificate) ? null : $"{StatusOf(chain)}; the authorities are those of "
                + $"{nameof(RabbitMqTlsOptions.CertificateAuthorityFile)} '{file}'";
            TlsFiles.Dispose(authorities);
            return problem;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"{nameof(RabbitMqTlsOptions.CertificateAuthorityFile)} '{file}' cannot be read ({ErrorText.MessageOf(exception)})";
        }
    }

    private static string StatusOf(X509Chain? chain)
    {
        var status = chain?.ChainStatus.Select(status => status.Status).Distinct().ToArray() ?? [];
        return status.Contains(X509ChainStatusFlags.NotTimeValid) ? "it, or one of its authorities, has expired or is not valid yet"
            : status.Contains(X509ChainStatusFlags.UntrustedRoot) || status.Contains(X509ChainStatusFlags.PartialChain)
                ? "no trusted authority has issued it"
            : string.Join(", ", status);
    }
}
