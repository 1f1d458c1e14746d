"""The numbers of the system calls that are made by number or named in a filter."""

from __future__ import annotations

import functools
import platform
import sys

_MACHINES = {"x86_64": 0, "aarch64": 1}

# name:x86_64/aarch64, from the kernel's tables; from 424 on the two agree.
_NUMBERS = """
mount:165/40 umount2:166/39 pivot_root:155/41 chroot:161/51 move_mount:429/429 open_tree:428/428
open_tree_attr:467/467 fsopen:430/430 fsconfig:431/431 fsmount:432/432 fspick:433/433 mount_setattr:442/442
statmount:457/457 listmount:458/458 ptrace:101/117 process_vm_readv:310/270 process_vm_writev:311/271
process_madvise:440/440 process_mrelease:448/448 kcmp:312/272 pidfd_getfd:438/438 unshare:272/97 setns:308/268
clone:56/220 clone3:435/435 kexec_load:246/104 kexec_file_load:320/294 reboot:169/142 init_module:175/105
finit_module:313/273 delete_module:176/106 bpf:321/280 perf_event_open:298/241 userfaultfd:323/282 add_key:248/217
request_key:249/218 keyctl:250/219 open_by_handle_at:304/265 name_to_handle_at:303/264 fanotify_init:300/262
fanotify_mark:301/263 lookup_dcookie:212/18 swapon:167/224 swapoff:168/225 quotactl:179/60 quotactl_fd:443/443
acct:163/89 nfsservctl:180/42 uselib:134/- sysfs:139/- ustat:136/- _sysctl:156/- settimeofday:164/170
clock_settime:227/112 adjtimex:159/171 clock_adjtime:305/266 sethostname:170/161 setdomainname:171/162
syslog:103/116 vhangup:153/58 iopl:172/- ioperm:173/- modify_ldt:154/- personality:135/92 shmget:29/194 shmat:30/196
shmctl:31/195 shmdt:67/197 semget:64/190 semop:65/193 semctl:66/191 semtimedop:220/192 msgget:68/186 msgsnd:69/189
msgrcv:70/188 msgctl:71/187 mq_open:240/180 mq_unlink:241/181 mq_timedsend:242/182 mq_timedreceive:243/183
mq_notify:244/184 mq_getsetattr:245/185 io_setup:206/0 io_uring_setup:425/425 io_uring_enter:426/426
io_uring_register:427/427 memfd_create:319/279 memfd_secret:447/447 mbind:237/235 set_mempolicy:238/237
set_mempolicy_home_node:450/450 migrate_pages:256/238 move_pages:279/239 prlimit64:302/261 setpriority:141/140
setsid:112/157
ioprio_set:251/30 sched_setaffinity:203/122 sched_setscheduler:144/119 sched_setparam:142/118 sched_setattr:314/274
socket:41/198 socketpair:53/199 connect:42/203 bind:49/200 listen:50/201 accept:43/202 accept4:288/242 sendto:44/206
sendmsg:46/211 sendmmsg:307/269 ioctl:16/29 fcntl:72/25 prctl:157/167 capset:126/91 seccomp:317/277 chmod:90/-
fchmod:91/52 fchmodat:268/53 fchmodat2:452/452 utime:132/- utimes:235/- futimesat:261/- utimensat:280/88 chown:92/-
lchown:94/- fchown:93/55 fchownat:260/54 setxattr:188/5 lsetxattr:189/6 fsetxattr:190/7 setxattrat:463/463
removexattr:197/14 lremovexattr:198/15 fremovexattr:199/16 removexattrat:466/466 file_setattr:469/469 truncate:76/45
open:2/- openat:257/56 openat2:437/437 kill:62/129 tkill:200/130 tgkill:234/131 rt_sigqueueinfo:129/138
rt_tgsigqueueinfo:297/240 pidfd_send_signal:424/424 landlock_create_ruleset:444/444 landlock_add_rule:445/445
landlock_restrict_self:446/446 setrlimit:160/164 inotify_init:253/-
inotify_init1:294/26
"""

FIRST_UNKNOWN = 470
"""No number of the tables above reaches this one."""


@functools.cache
def numbers() -> dict[str, int]:
    """Name to number on this machine, without those that it does not have; empty on a machine of another kind."""
    column = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if column is None:
        return {}
    pairs = (entry.split(":") for entry in _NUMBERS.split())
    columns = {name: both.split("/") for name, both in pairs}
    return {name: int(both[column]) for name, both in columns.items() if both[column] != "-"}
