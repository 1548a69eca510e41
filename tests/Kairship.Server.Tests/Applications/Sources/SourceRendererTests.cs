using System.Text;
using Kairship.Delivery.Manifests;
using Kairship.Server.Applications.Sources;

namespace Kairship.Server.Tests.Applications.Sources;

/// <summary>Files and folders.</summary>
public sealed class SourceRendererTests : IDisposable
{
    private readonly SourceFolderFixture _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pipe_OfAShell_IsReadLikeAFile()
    {
        Assert.SkipWhen(!File.Exists("/dev/fd/0") && !Directory.Exists("/dev/fd"), "there is no /dev/fd here");
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        await pipe.WriteAsync("kind: fromPipe"u8.ToArray(), TestContext.Current.CancellationToken);
        var path = $"/dev/fd/{pipe.GetClientHandleAsString()}";
        var reading = new SourceRenderer(TimeProvider.System).RenderAsync(new SourceOrder(path), TestContext.Current.CancellationToken);
        pipe.DisposeLocalCopyOfClientHandle();
        await pipe.DisposeAsync();
        (await reading).Should().Be("kind: fromPipe");
    }

    [Fact]
    public async Task Folder_AllManifests_SortedByPath_NotThoseOfFoldersInside()
    {
        foreach (var file in (string[])["b.yml", "a.yaml", "c.json.txt", "inner/d.yaml", ".git/e.yaml", "Z.JSON"])
        {
            _folder.Write($"shop/{file}", SourceFolderFixture.Map.Replace("NAME", Path.GetFileNameWithoutExtension(file).ToLowerInvariant()));
        }

        Names(await _folder.RenderAsync("shop")).Should().Equal("z", "a", "b");
        Names(await _folder.RenderAsync("shop", change: o => o with { Recursive = true })).Should().Equal("z", "a", "b", "d");
        Names(await _folder.RenderAsync("shop/b.yml")).Should().Equal("b");
    }

    [Theory]
    [InlineData("../outside/secret.yaml", "outside of the source root")]
    [InlineData("..", "outside of the source root")]
    [InlineData("link.yaml", "outside of the source root")]
    [InlineData("linked/secret.yaml", "outside of the source root")]
    [InlineData("loop", "round in a circle")]
    [InlineData("folder", "is a link out of the folder")]
    [InlineData("missing", "There is no file or folder 'missing' below the source root")]
    [InlineData("", "no path")]
    [InlineData("a\0b", "no path")]
    public async Task Path_ThatLeadsOut_IsRefused(string path, string expected)
    {
        var secret = Path.Combine(_folder.Outside, "secret.yaml");
        await File.WriteAllTextAsync(secret, "password: topsecret");
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "link.yaml"), secret);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "linked"), _folder.Outside);
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "loop"), Path.Combine(_folder.Root, "loop"));
        Directory.CreateDirectory(Path.Combine(_folder.Root, "folder"));
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "folder", "a.yaml"), secret);
        (await Refusal(path)).Should().Contain(expected).And.NotContain("topsecret");
    }

    [Fact]
    public async Task Link_InsideOfTheRoot_IsFollowed()
    {
        var file = _folder.Write("real.yaml", SourceFolderFixture.Map.Replace("NAME", "real"));
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "alias.yaml"), file);
        Names(await _folder.RenderAsync("alias.yaml")).Should().Equal("real");
    }

    [Fact]
    public async Task File_ThatIsNotUtf8_IsRefused_WithItsName()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.Root, "latin.yaml"), Encoding.Latin1.GetBytes("name: Zürich"));
        (await Refusal("latin.yaml")).Should().Contain("'latin.yaml' is not UTF-8");
    }

    [Fact]
    public async Task Folder_LargerThanTheLimit_IsRefused()
    {
        _folder.Write("big/a.yaml", new string('#', 600));
        _folder.Write("big/b.yaml", new string('#', 600));
        (await Refusal("big", new SourceLimits { MaxBytes = 1000 })).Should().Contain("'b.yaml' makes the source larger");
        (await Refusal("big", new SourceLimits { MaxFiles = 1 })).Should().Contain("more than 1 files");
    }

    [Fact]
    public async Task Folder_WithoutManifests_SaysWhereTheyAreLookedFor()
    {
        _folder.Write("empty/inner/a.yaml", "a: b");
        (await Refusal("empty")).Should().Contain("has no .yaml, .yml or .json file").And.Contain("recursive");
    }

    [Fact]
    public async Task Bomb_OfAliases_IsRefusedByTheParser()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 10; i++)
        {
            bomb.Append($"a{i}: &a{i} [*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1}]\n");
        }

        _folder.Write("bomb.yaml", bomb.ToString());
        var text = await _folder.RenderAsync("bomb.yaml");
        FluentActions.Invoking(() => ManifestParser.Parse(text)).Should().Throw<ManifestException>().WithMessage("*aliases expanded*");
    }

    private async Task<string> Refusal(string path, SourceLimits? limits = null) =>
        (await _folder.Invoking(f => f.RenderAsync(path, limits)).Should().ThrowAsync<ManifestException>()).Which.Message;

    private static IEnumerable<string> Names(string text) => ManifestParser.Parse(text).Select(m => m.Ref.Name);
}
