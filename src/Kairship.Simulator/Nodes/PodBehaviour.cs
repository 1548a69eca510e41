using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Controllers;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Nodes;

/// <summary>How a pod is told to behave: by annotation, by its images, by the cluster's faults, in this order.</summary>
internal static class PodBehaviour
{
    public const string FailAnnotation = "fake/fail";
    public const string ReadyAfterAnnotation = "fake/ready-after";

    public static PodFault FaultOf(JsonObject pod, ClusterFaults faults)
    {
        if (pod.Annotation(FailAnnotation) is { Length: > 0 } told)
        {
            return told switch
            {
                "ImagePullBackOff" or "ErrImagePull" => PodFault.ImagePullBackOff,
                "CrashLoopBackOff" => PodFault.CrashLoopBackOff,
                _ => PodFault.Unready,
            };
        }

        var fault = PodFault.None;
        foreach (var container in pod.Spec("containers").Items())
        {
            var image = JsonTree.Text(container["image"]) ?? "";
            fault = ByTag(image) is var byTag && byTag != PodFault.None ? byTag : faults.FaultOf(image);
            if (fault != PodFault.None)
            {
                break;
            }
        }

        return fault;
    }

    public static TimeSpan ReadyAfter(JsonObject pod, TimeSpan otherwise) =>
        double.TryParse(pod.Annotation(ReadyAfterAnnotation), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e6
            ? TimeSpan.FromSeconds(seconds)
            : otherwise;

    private static PodFault ByTag(string image) =>
        image.Contains(":bad-pull", StringComparison.Ordinal) ? PodFault.ImagePullBackOff
        : image.Contains(":crash", StringComparison.Ordinal) ? PodFault.CrashLoopBackOff
        : image.Contains(":unready", StringComparison.Ordinal) ? PodFault.Unready
        : PodFault.None;
}
