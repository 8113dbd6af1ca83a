using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TechCorp.Messaging;

/// <summary>Reads certificates and keys from files, and says what is wrong with a file.</summary>
internal static class TlsFiles
{
    /// <summary>All certificates of a PEM file, or the one of a DER file.</summary>
    /// <exception cref="CryptographicException">The file holds no certificate.</exception>
    internal static X509Certificate2Collection Authorities(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : [X509CertificateLoader.LoadCertificateFromFile(file)];
    }

    /// <summary>The client's certificate; whether it has its key is for the caller to see.</summary>
    internal static X509Certificate2 Client(RabbitMqTlsOptions options)
    {
        var file = options.ClientCertificateFile!;
        var password = options.ClientCertificatePassword;
        if (options.ClientCertificateKeyFile is null && !IsPem(file))
        {
            return X509CertificateLoader.LoadPkcs12FromFile(file, password);
        }

        var certificate = password is null
            ? X509Certificate2.CreateFromPemFile(file, options.ClientCertificateKeyFile)
            : X509Certificate2.CreateFromEncryptedPemFile(file, password, options.ClientCertificateKeyFile);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            // Windows cannot log in with a key that was never stored.
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }

    /// <returns>What is wrong, as the end of a sentence; null when nothing is.</returns>
    internal static string? ProblemOfAuthorities(string file) => Problem(() =>
    {
        var certificates = Authorities(file);
        var roots = certificates.Where(IsRoot).ToArray();
        var problem = certificates.All(certificate => Validity(certificate) is not null) ? Validity(certificates[0])
            : roots.Length == 0
                ? "holds no root certificate, and without one no handshake succeeds: "
                    + string.Join(", ", certificates.Select(certificate => $"'{certificate.Subject}' is issued by '{certificate.Issuer}'"))
            : roots.All(root => Validity(root) is not null) ? $"has no root but '{roots[0].Subject}', which {Validity(roots[0])}"
            : null;
        Dispose(certificates);
        return problem;
    });

    /// <returns>What is wrong, as the end of a sentence; null when nothing is.</returns>
    internal static string? ProblemOfClient(RabbitMqTlsOptions options) => Problem(() =>
    {
        if (options.ClientCertificateKeyFile is { } key && !File.Exists(key))
        {
            return $"has its key in {nameof(options.ClientCertificateKeyFile)} '{key}', which does not exist";
        }

        using var certificate = Client(options);
        return certificate.HasPrivateKey ? Validity(certificate) : "holds no private key";
    });

    internal static void Dispose(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }
    }

    /// <summary>Whether it is issued by itself: only such a one ends a chain.</summary>
    private static bool IsRoot(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool IsPem(string file) => File.ReadAllText(file).Contains("-----BEGIN", StringComparison.Ordinal);

    /// <summary>By the computer's clock, as the handshake judges it.</summary>
    private static string? Validity(X509Certificate2 certificate)
    {
        var now = TimeProvider.System.GetUtcNow();
        return certificate.NotAfter.ToUniversalTime() < now ? $"has expired on {certificate.NotAfter.ToUniversalTime():u}"
            : certificate.NotBefore.ToUniversalTime() > now ? $"is not valid before {certificate.NotBefore.ToUniversalTime():u}"
            : null;
    }

    private static string? Problem(Func<string?> find)
    {
        try
        {
            return find();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return "does not exist";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"cannot be read ({ErrorText.MessageOf(exception)})";
        }
    }
}
