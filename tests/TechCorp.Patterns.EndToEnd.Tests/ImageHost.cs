using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageService;
using Microsoft.AspNetCore.Builder;
using TechCorp.Samples;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>The image service on a loopback port, embedded.</summary>
internal sealed class ImageHost : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("techcorp-e2e-");
    private readonly WebApplication _service;

    private ImageHost() => _service = ImageApp.Build(new ServiceSettings { Name = "image-service", DataDirectory = _folder.FullName, Quiet = true });

    internal HttpClient Http { get; } = new();

    internal IEnumerable<string> Files => Directory.EnumerateFiles(Path.Combine(_folder.FullName, "images")).Select(path => Path.GetFileName(path));

    internal static async Task<ImageHost> StartAsync()
    {
        var host = new ImageHost();
        await host._service.StartAsync(TestContext.Current.CancellationToken);
        host.Http.BaseAddress = new Uri(host._service.Urls.First());
        return host;
    }

    internal async Task<JsonNode> PutAsync(string id, byte[] image)
    {
        using var content = new ByteArrayContent(image);
        using var response = await Http.PutAsync($"/images/{id}", content, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;
    }

    internal async Task<string> StatusAsync(string id)
        => (await Http.GetFromJsonAsync<JsonNode>($"/images/{id}", TestContext.Current.CancellationToken))!["status"]!.GetValue<string>();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _service.StopAsync();
        await _service.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
