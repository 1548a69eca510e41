using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>What a container is about to do.</summary>
/// <param name="ExitCode">With which it ends, where it does.</param>
/// <param name="Reason">Of its end.</param>
internal readonly record struct Fate(PodFault Fault, int ExitCode, string Reason)
{
    public static Fate Fine { get; } = new(PodFault.None, 0, "Completed");
}

/// <summary>How a pod is told to behave: by annotation (all of its containers), by the tag of an image, by the cluster's faults, in this order.</summary>
internal static class PodBehaviour
{
    /// <summary>ImagePullBackOff, CrashLoopBackOff, OOMKilled or Unready.</summary>
    public const string FailAnnotation = "fake/fail";

    /// <summary>Seconds from bound to ready.</summary>
    public const string ReadyAfterAnnotation = "fake/ready-after";

    /// <summary>Seconds that the containers go on after they are told to end; beyond the grace period they are killed.</summary>
    public const string EndAfterAnnotation = "fake/end-after";

    /// <summary>Exit code of the containers; anything but 0 is a crash.</summary>
    public const string ExitCodeAnnotation = "fake/exit-code";

    private const int Killed = 137;

    public static IReadOnlyList<string> Annotations { get; } = [FailAnnotation, ReadyAfterAnnotation, ExitCodeAnnotation];

    /// <param name="init">Whether it is an init container: annotations speak of the others.</param>
    public static Fate FateOf(JsonObject pod, string image, bool init, ClusterFaults faults)
    {
        if (!init && pod.Annotation(FailAnnotation) is { Length: > 0 } told)
        {
            return told switch
            {
                "ImagePullBackOff" or "ErrImagePull" => Of(PodFault.ImagePullBackOff),
                "CrashLoopBackOff" => Of(PodFault.CrashLoopBackOff),
                "OOMKilled" => new Fate(PodFault.CrashLoopBackOff, Killed, "OOMKilled"),
                _ => Of(PodFault.Unready),
            };
        }

        if (!init && int.TryParse(pod.Annotation(ExitCodeAnnotation), CultureInfo.InvariantCulture, out var code) && code is > 0 and < 256)
        {
            return new Fate(PodFault.CrashLoopBackOff, code, "Error");
        }

        return Of(ByTag(image) is var byTag && byTag != PodFault.None ? byTag : faults.FaultOf(image));
    }

    public static TimeSpan ReadyAfter(JsonObject pod, TimeSpan otherwise) => Seconds(pod, ReadyAfterAnnotation, otherwise);

    public static TimeSpan EndsAfter(JsonObject pod, TimeSpan otherwise) => Seconds(pod, EndAfterAnnotation, otherwise);

    private static TimeSpan Seconds(JsonObject pod, string annotation, TimeSpan otherwise) =>
        double.TryParse(pod.Annotation(annotation), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : otherwise;

    private static Fate Of(PodFault fault) => fault switch
    {
        PodFault.CrashLoopBackOff => new Fate(fault, 1, "Error"),
        _ => Fate.Fine with { Fault = fault },
    };

    private static PodFault ByTag(string image) =>
        image.Contains(":bad-pull", StringComparison.Ordinal) ? PodFault.ImagePullBackOff
        : image.Contains(":crash", StringComparison.Ordinal) ? PodFault.CrashLoopBackOff
        : image.Contains(":unready", StringComparison.Ordinal) ? PodFault.Unready
        : PodFault.None;
}
