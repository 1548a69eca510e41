namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>Keys on the command line.</summary>
[Collection(CommandStageCollection.Name)]
public sealed class TokenTests(CommandStage stage)
{
    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("ks_0123456789ab_00000000000000000000000000000000000000000000000000000000000000ff")]
    public async Task WrongKey_IsToldInOneLine_AndEndsWith1(string? token) =>
        (await stage.As(token).RunAsync("releases")).Refuses(1, "--token", "KAIRSHIP_TOKEN");

    [Fact]
    public async Task Key_OnTheCommandLine_WinsOverTheEnvironment() =>
        (await stage.As("nonsense").RunAsync("releases", "--token", stage.Server.AdminKey)).Ends(0);

    [Fact]
    public void AdminKey_IsForItsOwnerOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("files have no modes here");
            return;
        }

        File.GetUnixFileMode(Path.Combine(stage.Server.Data, "admin.key")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
